namespace Steward.Cli.Stdio;

/// <summary>Standard output, which carries messages and nothing else, one on each line. Several may write.</summary>
internal sealed class StdioOutput(Stream stream) : IDisposable
{
    private static readonly byte[] LineFeed = [(byte)'\n'];

    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Writes a message.</summary>
    /// <exception cref="IOException">Nobody reads any more.</exception>
    public async Task WriteAsync(ReadOnlyMemory<byte> message)
    {
        await _turn.WaitAsync();
        try
        {
            await stream.WriteAsync(message);
            await stream.WriteAsync(LineFeed);
            await stream.FlushAsync();
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();
}
