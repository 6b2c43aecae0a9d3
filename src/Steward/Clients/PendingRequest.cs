using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;
using Steward.Wire;

namespace Steward.Clients;

/// <summary>A request of ours that waits for its answer.</summary>
/// <param name="id">Its id.</param>
/// <param name="method">Its method.</param>
/// <param name="lane">In which lane its progress and its end are handed over.</param>
internal sealed class PendingRequest(long id, string method, OrderedLane lane)
{
    private readonly TaskCompletionSource<RentedFrame> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public long Id => id;

    public string Method => method;

    public OrderedLane Lane => lane;

    /// <summary>Its <c>params</c>.</summary>
    public JsonNode? Parameters { get; init; }

    /// <summary>What the caller attached to it.</summary>
    public object? State { get; init; }

    /// <summary>The execution context of the caller: what belongs to the request is handled in it.</summary>
    public ExecutionContext? Flow { get; init; }

    /// <summary>What its progress is reported by, where somebody wants to hear of it.</summary>
    public string? ProgressToken { get; init; }

    /// <summary>The answer, to be read and returned by whoever waits: reading it may take long, and must not keep others from theirs.</summary>
    public Task<RentedFrame> Answer => _answer.Task;

    /// <summary>What handlers are told of it.</summary>
    public ServerCall Describe() => new(method, Method switch
    {
        RequestMethods.ToolsCall or RequestMethods.PromptsGet => TextOf("name"),
        RequestMethods.ResourcesRead or RequestMethods.ResourcesSubscribe or RequestMethods.ResourcesUnsubscribe => TextOf("uri"),
        _ => null,
    }, State);

    /// <summary>Has something done once it has ended in whichever way.</summary>
    /// <param name="action">Must not throw.</param>
    public void OnEnded(Action action) => _ = _answer.Task.ContinueWith(_ => action(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

    /// <summary>Takes the answer. Takes the frame over.</summary>
    public void Complete(RentedFrame answer)
    {
        if (!_answer.TrySetResult(answer))
            answer.Return(); // given up meanwhile
    }

    public void Fail(Exception error) => _answer.TrySetException(error);

    public void Cancel(CancellationToken cancellationToken) => _answer.TrySetCanceled(cancellationToken);

    private string? TextOf(string member) =>
        Parameters is JsonObject members && members.TryGetPropertyValue(member, out var value) && value is JsonValue text && text.TryGetValue<string>(out var name) ? name : null;
}
