using System.Text;
using System.Threading.Channels;
using Steward.Upstreams;
using Xunit;

namespace Steward.Tests.Upstreams.Remote;

/// <summary>What a link delivers, one line each, for a test to wait for.</summary>
internal sealed class LinkFeed : ILinkReceiver
{
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private int _inside;

    /// <summary>Whether two messages were ever delivered at once.</summary>
    public bool HasOverlapped { get; private set; }

    public ValueTask<string> NextAsync() => _lines.Reader.ReadAsync(TestContext.Current.CancellationToken);

    public bool IsEmpty => !_lines.Reader.TryPeek(out _);

    public void OnMessage(ReadOnlySpan<byte> message) => Add(Encoding.UTF8.GetString(message));

    public void OnMessage(ReadOnlySpan<byte> message, long request) => Add($"{request}: {Encoding.UTF8.GetString(message)}");

    public void OnOversized(ReadOnlySpan<byte> head, ReadOnlySpan<byte> tail, long length) => Add($"oversized {length}");

    public void OnUndeliverable(ReadOnlySpan<byte> message, string reason, int status = 0) => Add($"undeliverable {status}: {reason}");

    public void OnRenewed() => Add("renewed");

    private void Add(string line)
    {
        HasOverlapped |= Interlocked.Increment(ref _inside) > 1;
        _lines.Writer.TryWrite(line);
        Interlocked.Decrement(ref _inside);
    }
}
