using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using Steward.Wire;

namespace Steward.Clients;

/// <summary>
/// The questions of one server that are being answered. The gateway never has more than 256 open with one client. Every one is answered, also
/// when its handler hangs: the moment nobody can want the answer any more, it is declined in the handler's place.
/// </summary>
internal sealed class OpenQuestions(string serverId, ServerAnswers answers, Func<RentedFrame, ValueTask> send, ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<RequestId, CancellationTokenSource> _open = [];
    private bool _isClosed;

    /// <summary>Has a question answered.</summary>
    /// <param name="request">The question.</param>
    /// <param name="cause">The call to which it belongs, where that is certain.</param>
    public void Add(JsonRpcRequest request, PendingRequest? cause)
    {
        var life = new CancellationTokenSource(); // without a timer it holds nothing: a handler may look at its token for as long as it likes
        lock (_gate)
        {
            if (_isClosed)
                return;
            _open[request.Id] = life;
        }

        cause?.OnEnded(() => End(life));
        _ = AnswerAsync(request, cause, life); // never faults
    }

    /// <summary>The server no longer wants to know.</summary>
    public void Withdraw(RequestId id)
    {
        CancellationTokenSource? life;
        lock (_gate)
            _open.Remove(id, out life);
        if (life is not null)
            End(life);
    }

    /// <summary>The conversation is over.</summary>
    public void Close()
    {
        CancellationTokenSource[] all;
        lock (_gate)
        {
            _isClosed = true;
            all = [.. _open.Values];
            _open.Clear();
        }

        foreach (var life in all)
            End(life);
    }

    private async Task AnswerAsync(JsonRpcRequest request, PendingRequest? cause, CancellationTokenSource life)
    {
        // On a thread of its own: a handler that blocks it, as those do that read from a console, must not keep the question from being declined.
        var answering = Task.Run(() => CallFlow.In(cause?.Flow, () => answers.AnswerAsync(request, cause?.Describe(), life.Token)), CancellationToken.None);
        RentedFrame answer;
        try
        {
            answer = ClientMessages.Result(request.Id, await answering.WaitAsync(life.Token).ConfigureAwait(false));
        }
        catch (McpProtocolException refusal)
        {
            answer = ClientMessages.Error(request.Id, (int)refusal.ErrorCode, refusal.Message);
        }
        catch (OperationCanceledException)
        {
            _ = answering.ContinueWith(static late => _ = late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default); // a refusal that nobody waits for
            answer = request.Method == RequestMethods.ElicitationCreate
                ? ClientMessages.Result(request.Id, new JsonObject { ["action"] = "decline" })
                : ClientMessages.Error(request.Id, (int)McpErrorCode.InternalError, $"Nobody waits for {request.Method} any more.");
        }

        bool isWanted;
        lock (_gate)
            isWanted = _open.Remove(request.Id);
        if (isWanted)
            await send(answer).ConfigureAwait(false); // never faults
        else
            answer.Return();
    }

    /// <summary>What a handler does when it hears of this must not keep anybody waiting.</summary>
    private void End(CancellationTokenSource life) => _ = EndAsync(life);

    private async Task EndAsync(CancellationTokenSource life)
    {
        try
        {
            await life.CancelAsync().ConfigureAwait(false);
        }
        catch (AggregateException failure)
        {
            logger.HandlerFailed(serverId, failure);
        }
    }
}
