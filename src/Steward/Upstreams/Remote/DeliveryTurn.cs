using System.Diagnostics.CodeAnalysis;
using System.Net;
using Steward.Wire;

namespace Steward.Upstreams.Remote;

/// <summary>
/// Lets the streams of one server deliver a message at a time. A stream that waits for its turn reads no further, so that a
/// server cannot say more than is taken.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "The semaphore holds no handle, and a late stream may still ask for its turn.")]
internal sealed class DeliveryTurn(ILinkReceiver receiver)
{
    // A message of this size takes its time: off the thread that waits for sockets.
    private const int LargeBytes = 256 * 1024;

    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Delivers a message.</summary>
    /// <param name="message">The message, on one line.</param>
    /// <param name="request">The request on whose response stream it came; <see langword="null"/> where it came on none.</param>
    public async ValueTask DeliverAsync(ReadOnlyMemory<byte> message, long? request)
    {
        if (message.Length >= LargeBytes)
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            if (request is { } id)
                receiver.OnMessage(message.Span, id);
            else
                receiver.OnMessage(message.Span);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Says that a message did not reach the server.</summary>
    public async ValueTask FailAsync(ReadOnlyMemory<byte> message, string reason, HttpStatusCode status = 0)
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            receiver.OnUndeliverable(message.Span, reason, (int)status);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Answers a request in the server's place.</summary>
    public ValueTask AnswerAsync(ReadOnlySpan<byte> id, int code, string message) => DeliverAsync(JsonRpcWriter.Error(id, code, message), request: null);

    /// <summary>Says that the server knows nothing any more of what the session had asked it to remember.</summary>
    public async ValueTask TellRenewalAsync()
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            receiver.OnRenewed();
        }
        finally
        {
            _turn.Release();
        }
    }
}
