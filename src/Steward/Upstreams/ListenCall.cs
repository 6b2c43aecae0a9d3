using System.Text.Json;
using Steward.Wire;

namespace Steward.Upstreams;

/// <summary>A <c>subscriptions/listen</c> request: acknowledged soon, answered when it is over.</summary>
internal sealed class ListenCall : PendingCall
{
    private readonly TaskCompletionSource<IReadOnlySet<string>> _acknowledged = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<UpstreamErrorException?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ListenCall(IReadOnlySet<string> uris)
    {
        Uris = uris;
        Timeout = System.Threading.Timeout.InfiniteTimeSpan;
    }

    /// <summary>The resources that it is to tell of.</summary>
    public IReadOnlySet<string> Uris { get; }

    /// <summary>Completes when the server has agreed, with the resources that it tells of. Never faults; may never complete.</summary>
    public Task<IReadOnlySet<string>> Acknowledged => _acknowledged.Task;

    /// <summary>Completes when nothing more will come, with the error that ended it where one did. Never faults.</summary>
    public Task<UpstreamErrorException?> Ended => _ended.Task;

    /// <summary>The server has agreed.</summary>
    /// <param name="filter">To what, as JSON; empty where it does not say, and then to everything.</param>
    public void Acknowledge(ReadOnlySpan<byte> filter) => _acknowledged.TrySetResult(filter.IsEmpty ? Uris : Agreed(filter));

    /// <summary>The server has given it up by other means than an answer.</summary>
    public void End() => _ended.TrySetResult(null);

    public override void OnResponse(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope) =>
        _ended.TrySetResult(envelope.Error.Exists ? UpstreamErrorException.Read(envelope.Error.Of(message)) : null);

    public override void OnProgress(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        // It has no progress to speak of.
    }

    public override void OnFailed(int code, string message) => _ended.TrySetResult(new UpstreamErrorException(code, message));

    private HashSet<string> Agreed(ReadOnlySpan<byte> filter)
    {
        var uris = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            var reader = new Utf8JsonReader(filter, JsonRpcEnvelope.ReaderOptions);
            using var document = JsonDocument.ParseValue(ref reader);
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("resourceSubscriptions"u8, out var list) || list.ValueKind != JsonValueKind.Array)
                return uris;
            foreach (var uri in list.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String))
                uris.Add(uri.GetString()!);
            uris.IntersectWith(Uris);
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair: none of ours.
        }

        return uris;
    }
}
