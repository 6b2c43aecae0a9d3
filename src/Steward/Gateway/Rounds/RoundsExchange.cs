using Steward.Configuration;
using Steward.Gateway.Waiting;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway.Rounds;

/// <summary>
/// A request of a legacy client to a server of the modern era. Such a server asks by its results: each input that it wants becomes a
/// request to the client, and the answers go up with the request sent again.
/// See <see href="https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/mrtr"/>.
/// </summary>
internal sealed class RoundsExchange : LegacyExchange
{
    // The front's bytes are gone when a round ends. Other requests are never sent again.
    private readonly byte[]? _request;
    private readonly byte[]? _name;
    private readonly TaskPolicy _policy;
    private readonly Lock _gate = new();
    private InputRound? _round;
    private TaskWait? _task;
    private byte[] _members = [];
    private bool _takesTask;
    private int _rounds;
    private bool _isCancelled;
    private bool _wasAnswered;

    /// <param name="session">Whose request it is.</param>
    /// <param name="connection">The way to the server.</param>
    /// <param name="config">The server: how long it may keep silent in each round, and what becomes of tasks.</param>
    /// <param name="message">The request.</param>
    /// <param name="envelope">Where its parts are.</param>
    /// <param name="name">What replaces its name or URI, as JSON.</param>
    public RoundsExchange(Session session, UpstreamConnection connection, ServerConfig config, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope, byte[]? name)
        : base(session, connection, config.RequestTimeout, message, envelope)
    {
        (_name, _policy) = (name, config.Tasks);
        _takesTask = _policy.Enabled && Method == McpMethod.ToolsCall && connection.Server.HasTasks;
        if (Method is not (McpMethod.ToolsCall or McpMethod.PromptsGet or McpMethod.ResourcesRead))
            return;
        _request = message.ToArray();
        MayGoOn = true;
    }

    private bool IsCancelled
    {
        get
        {
            lock (_gate)
                return _isCancelled;
        }
    }

    /// <summary>How it goes on where the run that asked is gone; <see langword="null"/> where it does not.</summary>
    public NextRun? NextRun { get; set; }

    /// <summary>What the server is told of the client: the members of <c>_meta</c>.</summary>
    public byte[] Meta => _takesTask ? Session.ModernMetaWithTasks : Session.ModernMeta;

    public override void OnServerRequest(UpstreamConnection connection, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope) =>
        Session.Refuse(connection, envelope.Id.Of(message), "A server of this protocol revision asks by input_required results, never by requests.");

    protected override void OnAnswer(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        (_wasAnswered, Replay) = (true, null);
        if (!envelope.Result.Exists)
        {
            if (Method == McpMethod.ToolsCall && !_takesTask && TaskWait.IsRequiredBy(envelope.Error.Of(message)))
            {
                _takesTask = true; // and waits for it, which is as good for the client
                SendAgain(_members);
            }
            else
            {
                DeliverAnswer(message, envelope, LegacyResult.OfError(this, message, envelope));
            }

            return;
        }

        var result = envelope.Result.Of(message);
        var parts = ResultParts.Parse(result);
        if (!parts.ResultType.Exists || parts.ResultType.Of(result).SequenceEqual("\"complete\""u8))
            DeliverAnswer(message, envelope, LegacyResult.Of(Method, parts, message, envelope));
        else if (parts.IsInputRequired(result))
            BeginRound(result, parts);
        else if (_takesTask && parts.ResultType.Of(result).SequenceEqual("\"task\""u8) && JsonText.Read(parts.TaskId.Of(result)) is { } taskId)
            Await(taskId, result);
        else
            FailByServer($"answered with a result of type {parts.ResultType.Of(result).ToText()}, which clients of protocol revision {Session.Revision} do not know", _takesTask ? FailureReason.TaskCreateFailed : null);
    }

    public override void Cancel(string reason)
    {
        WithdrawRound(reason);
        base.Cancel(reason);
    }

    public override void Cancel(ReadOnlySpan<byte> notification, in JsonRpcEnvelope envelope)
    {
        WithdrawRound("The request was cancelled.");
        base.Cancel(notification, envelope);
    }

    /// <summary>All that was asked is answered: sends the request again, as a new one to the server and still the same to the client.</summary>
    public void Retry(InputRound round)
    {
        lock (_gate)
        {
            if (_isCancelled)
                return;
            _round = null;
        }

        if (_task is { } task)
            task.Answer(round.Members());
        else
            SendAgain(round.Members());
    }

    /// <summary>Puts to the client what the task needs that its request waits for.</summary>
    public void AskForTask(byte[] result) => BeginRound(result, ResultParts.Parse(result));

    /// <summary>The task that the request waits for has brought what answers it.</summary>
    public void OnTaskOutcome(byte[] message)
    {
        if (!Connection.TryEnd(this))
            return;
        WithdrawRound("The task is over.");
        var envelope = JsonRpcEnvelope.Parse(message);
        DeliverAnswer(message, envelope, envelope.Result.Exists
            ? LegacyResult.Of(Method, ResultParts.Parse(envelope.Result.Of(message)), message, envelope)
            : LegacyResult.OfError(this, message, envelope));
    }

    /// <summary>Nothing will come of the task that the request waits for.</summary>
    /// <param name="code">The code of the error.</param>
    /// <param name="message">Why, for people.</param>
    /// <param name="reason">Why, for programs; <see langword="null"/> where the code says it.</param>
    public void OnTaskFailed(int code, string message, string? reason)
    {
        if (!Connection.TryEnd(this))
            return;
        WithdrawRound("The task is over.");
        if (reason is null)
            OnFailed(code, message);
        else
            DeliverError(code, message, "error", FailureReason.Write(reason));
    }

    public override bool TryCancel(UpstreamConnection connection)
    {
        _task?.GiveUp();
        return _task is not null;
    }

    public override void OnFailed(int code, string message)
    {
        GiveTaskUp();
        base.OnFailed(code, message);
    }

    /// <remarks>A request that was answered with questions may have done something already: who makes it anew would do that twice, and who brings the answers would not.</remarks>
    public override void OnUnsent(string message)
    {
        if (!_wasAnswered)
            base.OnUnsent(message);
        else if (NextRun is not { } next || !next.TryAwait(this, message, "What the client has answered was to go to the next run", TryGoOnAt))
            OnFailed(JsonRpcErrorCode.ServerUnavailable, message);
    }

    /// <summary>
    /// Goes on at another run of the server, which knows of the request what is sent to it now: a server of the modern era keeps what it needs in
    /// <c>requestState</c>, so that any instance of it can go on; where one cannot, its answer says so.
    /// See <see href="https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/mrtr"/>.
    /// </summary>
    /// <returns>Whether the request is seen to: not where the new version is of the legacy era, and knows of no such answers.</returns>
    private bool TryGoOnAt(UpstreamConnection connection)
    {
        if (connection.Server.Era != ProtocolEra.Modern)
            return false;
        if (TryMoveTo(connection))
            SendAgain(_members);
        return true;
    }

    private void Await(string taskId, ReadOnlySpan<byte> result)
    {
        var task = new TaskWait(this, taskId, _policy);
        _task = task;
        if (!Connection.TryResume(this))
            OnFailed(JsonRpcErrorCode.ServerUnavailable, $"Server '{Connection.ServerId}' ended before it answered.");
        else if (IsCancelled) // while the server's answer was read, and the connection did not know the request
            Connection.Cancel(this, "The request was cancelled.");
        else
            task.Begin(result);
    }

    /// <summary>The request ends in another way than by its task.</summary>
    private void GiveTaskUp()
    {
        if (_task is not { } task)
            return;
        task.GiveUp();
        Connection.TryEnd(this);
    }

    private void SendAgain(byte[] members)
    {
        _members = members;
        Connection.Call(this, _request, JsonRpcEnvelope.Parse(_request), _name, new RequestAdditions(Meta, members));
        if (IsCancelled)
            Connection.Cancel(this, "The request was cancelled."); // meanwhile, when the server did not know it yet
    }

    /// <summary>
    /// The client answered a question with an error. The server does not wait, so there is nobody to pass the error on to: the
    /// request ends with it, as one does whose client does not come back.
    /// See <see href="https://modelcontextprotocol.io/specification/2026-07-28/client/sampling#error-handling"/>. Whoever declines an
    /// elicitation says so by a result, and that goes up.
    /// </summary>
    public void FailByClient(int code, string message)
    {
        GiveTaskUp();
        DeliverError(code, message, "error");
    }

    private void BeginRound(ReadOnlySpan<byte> result, in ResultParts parts)
    {
        if (_request is null)
        {
            FailByServer($"asked for input in answer to {McpMethods.NameOf(Method)}, which the protocol does not allow", reason: null);
            return;
        }

        if (++_rounds > _policy.MaxInputRounds)
        {
            FailByServer($"asked for input {_policy.MaxInputRounds} times during this request, and would ask again", FailureReason.InputRequired);
            return;
        }

        if (InputRound.Read(this, result, parts, out var obstacle) is not { } round)
        {
            FailByServer(obstacle!, FailureReason.InputRequired);
            return;
        }

        lock (_gate)
        {
            if (_isCancelled)
                return;
            _round = round;
            round.HoldOn();
        }

        if (round.IsEmpty)
        {
            Retry(round);
            round.LetGo();
        }
        else if (round.Ask(Session, AnswerWithin) is { } failure && round.Withdraw(failure))
            FailByServer($"asked for input, but {failure}", FailureReason.InputRequired);
    }

    private void FailByServer(string what, string? reason)
    {
        GiveTaskUp();
        DeliverError(JsonRpcErrorCode.InternalError, $"Server '{Connection.ServerId}' {what}.", "error", reason is null ? null : FailureReason.Write(reason));
    }

    private void WithdrawRound(string reason)
    {
        InputRound? round;
        lock (_gate)
            (_isCancelled, round, _round) = (true, _round, null);
        round?.Withdraw(reason);
    }
}
