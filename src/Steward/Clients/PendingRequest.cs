using System.Text.Json.Nodes;
using ModelContextProtocol;

namespace Steward.Clients;

/// <summary>A request of ours that waits for its answer.</summary>
/// <param name="id">Its id.</param>
/// <param name="method">Its method.</param>
/// <param name="lane">In which lane its progress and its end are handed over.</param>
internal sealed class PendingRequest(long id, string method, OrderedLane lane)
{
    private readonly TaskCompletionSource<JsonNode?> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public long Id => id;

    public string Method => method;

    public OrderedLane Lane => lane;

    /// <summary>What its progress is reported by, where somebody wants to hear of it.</summary>
    public string? ProgressToken { get; init; }

    /// <summary>The <c>result</c>.</summary>
    /// <exception cref="McpProtocolException">The answer is an error.</exception>
    public Task<JsonNode?> Answer => _answer.Task;

    public void Complete(JsonNode? result) => _answer.TrySetResult(result);

    public void Fail(Exception error) => _answer.TrySetException(error);

    public void Cancel(CancellationToken cancellationToken) => _answer.TrySetCanceled(cancellationToken);
}
