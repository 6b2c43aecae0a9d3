using System.Text;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Tests.Upstreams;

/// <summary>A call that writes down what it hears, in order.</summary>
internal sealed class RecordingCall : PendingCall
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RecordingCall(object? client = null, TimeSpan? timeout = null) => (Client, Timeout) = (client, timeout ?? System.Threading.Timeout.InfiniteTimeSpan);

    public List<string> Heard { get; } = [];

    public override bool IsMeasured => Client is not null;

    public int? FailedWith { get; private set; }

    /// <summary>Completes with the answer or the failure.</summary>
    public Task Ended => _ended.Task;

    public override void OnResponse(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope) => End($"response {Encoding.UTF8.GetString(message)}");

    public override void OnProgress(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        lock (Heard)
            Heard.Add($"progress {Encoding.UTF8.GetString(message)}");
    }

    public override void OnFailed(int code, string message)
    {
        FailedWith = code;
        End($"failed {message}");
    }

    private void End(string what)
    {
        lock (Heard)
            Heard.Add(what);
        _ended.SetResult(); // throws where a call ends twice
    }
}
