using System.IO.Pipes;
using Steward.Processes;
using Steward.Wire;

namespace Steward.Upstreams;

/// <summary>
/// A link over a process's standard input and output: one message a line.
/// See <see href="https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#stdio"/>.
/// </summary>
internal sealed class StdioLink(Stream input, Stream output, int maxLineBytes = StdioLink.DefaultMaxLineBytes) : ILink
{
    public const int DefaultMaxLineBytes = 32 * 1024 * 1024;

    // How long a server that takes nothing any more may still speak: as a rule it has died, and its last answers are in the pipe.
    private static readonly TimeSpan LastWords = TimeSpan.FromMilliseconds(250);

    private readonly OutboundBuffer _outbound = new(input);
    private readonly TaskCompletionSource<string> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _reading = Task.CompletedTask;
    private ILinkReceiver? _receiver;
    private bool? _wasRead;

    public Task<string> Closed => _closed.Task;

    public bool? HasBeenRead => _closed.Task.IsCompleted ? _wasRead : Look();

    public void Start(ILinkReceiver receiver)
    {
        _receiver = receiver;
        _reading = ReadAsync(receiver);
        _ = EndWithInputAsync(); // cannot fault, and holds nothing while it waits
    }

    public ValueTask SendAsync(ReadOnlySpan<byte> message, scoped in FrameEdits edits, PendingCall? call) =>
        _outbound.SendAsync(message, edits, call, mayGather: _receiver is { IsBusy: true });

    public async ValueTask DisposeAsync()
    {
        await _outbound.DisposeAsync().ConfigureAwait(false);
        await output.DisposeAsync().ConfigureAwait(false); // a read under way ends with it
        await _reading.ConfigureAwait(false);
    }

    private async Task ReadAsync(ILinkReceiver receiver)
    {
        var reason = "closed its output";
        try
        {
            await new LineReader(output, maxLineBytes).ReadAllAsync(receiver).ConfigureAwait(false);
        }
        catch (Exception failure) // whatever it is: a link that nobody reads must not look alive
        {
            reason = $"could not be read any more: {failure.Message}";
        }

        _wasRead ??= Look(); // as long as the other pipe is open
        _closed.TrySetResult(reason);
    }

    /// <summary>A server that cannot be written to will never answer again: whoever waits for it is not to wait until his time is up.</summary>
    private async Task EndWithInputAsync()
    {
        var failure = await _outbound.Broken.ConfigureAwait(false);
        await _reading.WaitAsync(LastWords, TimeProvider.System).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _wasRead ??= Look();
        _closed.TrySetResult($"could not be written to any more: {failure.Message}");
    }

    private bool? Look()
    {
        if (input is not PipeStream pipe || !OperatingSystem.IsLinux())
            return null;
        try
        {
            return Posix.UnreadBytes(pipe.SafePipeHandle) is >= 0 and var unread ? unread == 0 && !_outbound.IsWriting : null;
        }
        catch (Exception closed) when (closed is ObjectDisposedException or InvalidOperationException)
        {
            return null;
        }
    }
}
