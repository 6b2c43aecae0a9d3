using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Steward.Tests.Faults;

/// <summary>A web server that answers every request with whatever bytes the test says, sense or not.</summary>
internal sealed class RawPeer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<NetworkStream, CancellationToken, Task> _answer;
    private readonly CancellationTokenSource _ending = new();
    private readonly List<Task> _conversations = [];
    private readonly Task _accepting;
    private int _requests;

    private RawPeer(Func<NetworkStream, CancellationToken, Task> answer)
    {
        _answer = answer;
        _listener.Start();
        Url = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/mcp");
        _accepting = AcceptAsync();
    }

    public Uri Url { get; }

    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Starts one that writes the same to everybody and closes the connection.</summary>
    public static RawPeer Start(string answer) => Start((stream, cancellationToken) => stream.WriteAsync(Encoding.Latin1.GetBytes(answer), cancellationToken).AsTask());

    public static RawPeer Start(Func<NetworkStream, CancellationToken, Task> answer) => new(answer);

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_conversations);
        _ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _conversations.Add(ConverseAsync(await _listener.AcceptTcpClientAsync(_ending.Token)));
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The peer has been closed.
        }
    }

    private async Task ConverseAsync(TcpClient client)
    {
        using (client)
        {
            var stream = client.GetStream();
            try
            {
                await ReadRequestAsync(stream);
                Interlocked.Increment(ref _requests);
                await _answer(stream, _ending.Token);
                client.Client.Shutdown(SocketShutdown.Send);
                while (await stream.ReadAsync(new byte[1024], _ending.Token) > 0)
                    continue; // an end with unread bytes would be a reset, which overtakes the answer
            }
            catch (Exception ended) when (ended is OperationCanceledException or IOException or SocketException)
            {
                // The client has had enough.
            }
        }
    }

    private async Task ReadRequestAsync(NetworkStream stream)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (!IsWhole(text.ToString()) && await stream.ReadAsync(buffer, _ending.Token) is > 0 and var read)
            text.Append(Encoding.Latin1.GetString(buffer, 0, read));
    }

    private static bool IsWhole(string request)
    {
        const string length = "Content-Length: ";
        var head = request.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (head < 0)
            return false;
        var at = request.IndexOf(length, StringComparison.OrdinalIgnoreCase);
        return at < 0 || request.Length - head - 4 >= int.Parse(request[(at + length.Length)..request.IndexOf('\r', at)]);
    }
}
