using System.Net;
using System.Net.Sockets;

namespace Steward.Bench.Http;

/// <summary>One keep-alive connection, used blocking for set-up; the load loop takes over its descriptor.</summary>
internal sealed class HttpConnection : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    internal HttpConnection(Uri address)
    {
        try
        {
            _socket.NoDelay = true;
            _socket.ReceiveTimeout = 60_000;
            _socket.SendTimeout = 60_000;
            _socket.Connect(IPAddress.Loopback, address.Port);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
    }

    internal HttpResponseReader Reader { get; } = new();

    internal int Descriptor => (int)_socket.Handle;

    internal bool IsBlocking
    {
        set => _socket.Blocking = value;
    }

    public void Dispose() => _socket.Dispose();

    internal void Send(ReadOnlySpan<byte> request)
    {
        while (!request.IsEmpty)
            request = request[_socket.Send(request)..];
    }

    /// <summary>Receives once and hands what is complete to the sink.</summary>
    internal void Receive(IResponseSink sink)
    {
        var count = _socket.Receive(Reader.Room());
        if (count == 0)
            throw new BenchException("The server closed the connection.");
        Reader.Received(count, sink);
    }

    /// <summary>Sends a request and waits for the whole response.</summary>
    internal HttpExchange Exchange(ReadOnlySpan<byte> request)
    {
        var exchange = new HttpExchange();
        Send(request);
        while (!exchange.HasEnded)
            Receive(exchange);
        return exchange;
    }
}
