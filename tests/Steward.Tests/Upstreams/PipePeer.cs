using System.IO.Pipelines;
using System.Text;
using Steward.Upstreams;

namespace Steward.Tests.Upstreams;

/// <summary>A link over two pipes in memory, and the other side of it.</summary>
internal sealed class PipePeer : IAsyncDisposable
{
    private readonly Pipe _toServer = new();
    private readonly Pipe _toClient = new();
    private readonly StreamReader _reader; // not disposed: a read under way ends with the pipe
    private readonly Stream _writer;
    private readonly SemaphoreSlim _turn = new(1); // a test and its server may speak at one time; not disposed: it holds nothing

    public PipePeer()
    {
        Link = new StdioLink(_toServer.Writer.AsStream(), _toClient.Reader.AsStream());
        _reader = new StreamReader(_toServer.Reader.AsStream());
        _writer = _toClient.Writer.AsStream();
    }

    public StdioLink Link { get; }

    /// <summary>The next message that came; <see langword="null"/> when the input is closed.</summary>
    public ValueTask<string?> ReadAsync(CancellationToken cancellationToken) => _reader.ReadLineAsync(cancellationToken);

    public async Task SayAsync(string lines, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await _writer.WriteAsync(Encoding.UTF8.GetBytes(lines + "\n"), cancellationToken);
            await _writer.FlushAsync(cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void CloseOutput() => _toClient.Writer.Complete();

    public async ValueTask DisposeAsync()
    {
        CloseOutput();
        await Link.DisposeAsync();
    }
}
