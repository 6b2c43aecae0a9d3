using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Steward.Tests.Faults;

/// <summary>
/// A relay of TCP connections that spoils what comes back from the server behind it: the network at its worst, without the rights that
/// <c>tc netem</c> wants.
/// </summary>
internal sealed class FaultProxy : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Uri _target;
    private readonly CancellationTokenSource _ending = new();
    private readonly List<Task> _relays = [];
    private readonly Socket? _crowd;
    private readonly Task _refused = Task.CompletedTask;
    private Task _accepting = Task.CompletedTask;
    private int _connections;

    private FaultProxy(Uri target, Reception reception)
    {
        _target = target;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(reception == Reception.Drops ? 0 : 128);
        Url = new UriBuilder(target) { Port = ((IPEndPoint)_listener.LocalEndPoint!).Port }.Uri;
        if (reception is Reception.Accepts or Reception.Swallows)
            _accepting = AcceptAsync();
        if (reception == Reception.Drops)
            (_crowd, _refused) = Crowd();
        Swallows = reception == Reception.Swallows;
    }

    /// <summary>The address that leads through the proxy.</summary>
    public Uri Url { get; }

    /// <summary>How many connections have been accepted so far.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>The answer to the next request that contains <see cref="Marker"/> is cut after so many bytes; null lets everything pass.</summary>
    public int? CutAfter { get; set; }

    /// <summary>What of that answer has passed.</summary>
    public string Passed { get; private set; } = "";

    /// <summary>Whether a cut is a reset, as of a crashed router, or an orderly end.</summary>
    public bool Resets { get; set; }

    public string Marker { get; set; } = "tools/call";

    /// <summary>Whether what comes is taken and nothing is ever answered.</summary>
    public bool Swallows { get; private set; }

    /// <summary>Whether the kernel still leaves whoever connects without a word, as it does while the queue is full.</summary>
    public bool DropsConnections => !_refused.IsCompleted;

    /// <summary>How long each byte of an answer takes; zero for none.</summary>
    public TimeSpan PerByte { get; set; }

    public static FaultProxy Start(Uri target, Reception reception = Reception.Accepts) => new(target, reception);

    /// <summary>From now on connections are accepted, and lead to the server behind.</summary>
    public void Receive()
    {
        Swallows = false;
        if (_accepting.IsCompleted)
            _accepting = AcceptAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Dispose();
        await _refused.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _crowd?.Dispose();
        await _accepting;
        Task[] relays;
        lock (_relays)
            relays = [.. _relays];
        await Task.WhenAll(relays);
        _ending.Dispose();
    }

    /// <summary>Fills the queue of a listener that has room for one. Of whoever comes after that the kernel drops the first packet.</summary>
    /// <returns>Who is in the queue, and who is not.</returns>
    private (Socket Queued, Task Refused) Crowd()
    {
        var queued = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        queued.Connect(IPAddress.Loopback, Url.Port);
        return (queued, RefusedAsync());

        async Task RefusedAsync()
        {
            using var refused = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await refused.ConnectAsync(IPAddress.Loopback, Url.Port, _ending.Token);
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptAsync(_ending.Token);
                Interlocked.Increment(ref _connections);
                lock (_relays)
                    _relays.Add(RelayAsync(client));
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The proxy has been closed.
        }
    }

    private async Task RelayAsync(Socket client)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token);
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using (client)
        {
            client.NoDelay = true;
            var spoiling = new Spoiling();
            try
            {
                if (!Swallows)
                    await server.ConnectAsync(IPAddress.Loopback, _target.Port, ending.Token);
                var up = ForwardAsync(client, server, spoiling, ending.Token);
                await (Swallows ? up : Task.WhenAny(up, ReturnAsync(server, client, spoiling, ending.Token)).Unwrap());
            }
            catch (Exception ended) when (ended is OperationCanceledException or SocketException)
            {
                // One of the three has gone, so the other two have no more to do with each other.
            }

            await ending.CancelAsync();
            if (spoiling.IsCut && Resets)
                client.LingerState = new LingerOption(enable: true, seconds: 0);
        }
    }

    private async Task ForwardAsync(Socket client, Socket server, Spoiling spoiling, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        while (await client.ReceiveAsync(buffer, cancellationToken) is > 0 and var read)
        {
            if (CutAfter is { } bytes && Encoding.ASCII.GetString(buffer, 0, read).Contains(Marker, StringComparison.Ordinal))
                Mark(spoiling, bytes);
            if (server.Connected)
                await server.SendAsync(buffer.AsMemory(0, read), cancellationToken);
        }
    }

    private void Mark(Spoiling spoiling, int bytes)
    {
        (CutAfter, Passed) = (null, "");
        spoiling.Begin(bytes);
    }

    private async Task ReturnAsync(Socket server, Socket client, Spoiling spoiling, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        while (await server.ReceiveAsync(buffer, cancellationToken) is > 0 and var read)
        {
            var passing = spoiling.Take(read);
            if (spoiling.IsMarked)
                Passed += Encoding.Latin1.GetString(buffer, 0, passing);
            if (PerByte > TimeSpan.Zero)
                await DripAsync(buffer.AsMemory(0, passing), client, cancellationToken);
            else
                await client.SendAsync(buffer.AsMemory(0, passing), cancellationToken);
            if (spoiling.IsCut)
                return;
        }
    }

    private async Task DripAsync(ReadOnlyMemory<byte> bytes, Socket client, CancellationToken cancellationToken)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            await Task.Delay(PerByte, TimeProvider.System, cancellationToken);
            await client.SendAsync(bytes.Slice(i, 1), cancellationToken);
        }
    }

    /// <summary>What becomes of the rest of one connection.</summary>
    private sealed class Spoiling
    {
        private int _left = int.MaxValue;

        public bool IsMarked => _left != int.MaxValue;

        public bool IsCut => _left == 0;

        public void Begin(int bytes) => _left = bytes;

        public int Take(int read)
        {
            var passing = Math.Min(read, _left);
            if (IsMarked)
                _left -= passing;
            return passing;
        }
    }
}
