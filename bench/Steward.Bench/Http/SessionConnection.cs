using System.Diagnostics;

namespace Steward.Bench.Http;

/// <summary>
/// The connection a session makes its own requests on. Sessions rest between windows for longer than Node keeps an
/// idle connection (5 s), so one that rested is replaced.
/// </summary>
internal sealed class SessionConnection(Uri address) : IDisposable
{
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(2);

    private HttpConnection _connection = new(address);
    private long _usedAt = Stopwatch.GetTimestamp();

    internal byte[]? SessionId => _connection.Reader.SessionId;

    public void Dispose() => _connection.Dispose();

    internal HttpExchange Exchange(string head, ReadOnlySpan<byte> body)
    {
        if (Stopwatch.GetElapsedTime(_usedAt) > LongestRest)
        {
            _connection.Dispose();
            _connection = new HttpConnection(address);
        }

        var exchange = _connection.Exchange([.. System.Text.Encoding.ASCII.GetBytes(head), .. body]);
        _usedAt = Stopwatch.GetTimestamp();
        return exchange;
    }
}
