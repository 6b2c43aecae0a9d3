using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using Steward.Bench.Native;

namespace Steward.Bench.EmptyServers;

/// <summary>
/// What the kernel alone takes: one thread, one poll loop, and for every POST an answer with the body it brought. It
/// shows how far away the load generator's own limit is; the baseline of the goals is <see cref="EmptyKestrelServer"/>.
/// </summary>
internal sealed class EmptyRawServer : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Connection> _connections = [];
    private PollDescriptor[] _descriptors = new PollDescriptor[16];

    internal static int Run()
    {
        using var server = new EmptyRawServer();
        server.Serve();
        return 0;
    }

    public void Dispose() => _listener.Dispose();

    private void Serve()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(512);
        Console.WriteLine($"http://{_listener.LocalEndPoint}");
        while (true)
        {
            var count = FillDescriptors();
            Libc.Poll(_descriptors.AsSpan(0, count), -1);
            for (var i = count - 1; i > 0; i--)
            {
                if (_descriptors[i].Returned != 0 && !_connections[i - 1].Serve())
                    Remove(i - 1);
            }

            if (_descriptors[0].Returned != 0)
                Accept();
        }
    }

    private int FillDescriptors()
    {
        var count = _connections.Count + 1;
        if (_descriptors.Length < count)
            _descriptors = new PollDescriptor[count * 2];
        _descriptors[0] = new PollDescriptor { Descriptor = (int)_listener.Handle, Events = Libc.PollIn };
        for (var i = 1; i < count; i++)
            _descriptors[i] = new PollDescriptor { Descriptor = _connections[i - 1].Descriptor, Events = _connections[i - 1].Events };
        return count;
    }

    private void Accept()
    {
        var socket = _listener.Accept();
        socket.NoDelay = true;
        Libc.SetNonBlocking((int)socket.Handle);
        _connections.Add(new Connection(socket));
    }

    private void Remove(int index)
    {
        _connections[index].Dispose();
        _connections.RemoveAt(index);
    }

    private sealed class Connection(Socket socket) : IDisposable
    {
        private byte[] _in = new byte[16 * 1024];
        private int _end;
        private byte[] _out = new byte[16 * 1024];
        private int _sent;
        private int _length;

        internal int Descriptor { get; } = (int)socket.Handle;

        internal short Events => _sent < _length ? Libc.PollOut : Libc.PollIn;

        public void Dispose() => socket.Dispose();

        /// <summary>Reads, and answers once a request is whole. False when the client is gone.</summary>
        internal bool Serve()
        {
            try
            {
                if (_sent < _length)
                    return Flush();
                if (_end == _in.Length)
                    Array.Resize(ref _in, _in.Length * 2);
                var read = Libc.Read(Descriptor, _in.AsSpan(_end));
                if (read <= 0)
                    return read < 0;
                _end += read;
                return !TryAnswer() || Flush();
            }
            catch (BenchException)
            {
                return false; // reset by the client
            }
        }

        private bool TryAnswer()
        {
            var request = _in.AsSpan(0, _end);
            var head = request.IndexOf("\r\n\r\n"u8);
            if (head < 0)
                return false;
            var body = request[(head + 4)..];
            var length = ContentLength(request[..head]);
            if (body.Length < length)
                return false;

            var answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "u8;
            if (_out.Length < length + 256)
                _out = new byte[length + 256];
            answer.CopyTo(_out);
            Utf8Formatter.TryFormat(length, _out.AsSpan(answer.Length), out var digits);
            _length = answer.Length + digits;
            "\r\n\r\n"u8.CopyTo(_out.AsSpan(_length));
            _length += 4;
            body[..length].CopyTo(_out.AsSpan(_length));
            _length += length;
            _sent = 0;
            _end = 0; // the load generator never pipelines
            return true;
        }

        private static int ContentLength(ReadOnlySpan<byte> head)
        {
            var name = "Content-Length: "u8;
            var at = head.IndexOf(name);
            return at >= 0 && Utf8Parser.TryParse(head[(at + name.Length)..], out int length, out _) ? length : 0;
        }

        private bool Flush()
        {
            var written = Libc.Write(Descriptor, _out.AsSpan(_sent, _length - _sent));
            if (written > 0)
                _sent += written;
            return true;
        }
    }
}
