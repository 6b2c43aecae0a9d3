using System.Net.WebSockets;
using Steward.Wire;

namespace Steward.Server.Channels;

/// <summary>Reads whole text messages into pooled memory of bounded size.</summary>
internal sealed class WebSocketMessageReader(WebSocket socket, int maxMessageBytes) : IDisposable
{
    private const int SmallBuffer = 4 * 1024;
    private const int LargeBytes = 256 * 1024;

    private byte[] _buffer = BytePool.Rent(SmallBuffer);
    private int _length;

    /// <summary>Reads the next message.</summary>
    /// <returns><see langword="null"/> when there is one; else how the connection is to end.</returns>
    /// <exception cref="WebSocketException">The connection broke.</exception>
    public async ValueTask<WebSocketEnd?> ReadAsync()
    {
        _length = 0;
        while (true)
        {
            if (_length == _buffer.Length)
                Grow();
            var read = await socket.ReceiveAsync(_buffer.AsMemory(_length), CancellationToken.None);
            switch (read.MessageType)
            {
                case WebSocketMessageType.Close:
                    return new WebSocketEnd(WebSocketCloseStatus.NormalClosure, "");
                case WebSocketMessageType.Binary:
                    return new WebSocketEnd(WebSocketCloseStatus.InvalidMessageType, "Messages are text frames");
            }

            _length += read.Count;
            if (_length > maxMessageBytes)
                return new WebSocketEnd(WebSocketCloseStatus.MessageTooBig, $"A message may have {maxMessageBytes / 1024 / 1024} MiB (gateway.limits.bodyMb)");
            if (!read.EndOfMessage)
                continue;
            if (_length >= LargeBytes)
                await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // it takes its time: off the thread that waits for sockets
            return null;
        }
    }

    /// <summary>The message that was read, the caller's from now on.</summary>
    public RentedFrame TakeMessage()
    {
        var message = RentedFrame.Copy(_buffer.AsSpan(0, _length));
        if (_buffer.Length > LargeBytes)
            Exchange(SmallBuffer, keep: 0); // what one large message needed is not kept for ever
        return message;
    }

    public void Dispose() => BytePool.Return(Interlocked.Exchange(ref _buffer, []));

    private void Grow() => Exchange(_buffer.Length * 2, _length);

    private void Exchange(int size, int keep)
    {
        var old = _buffer;
        _buffer = BytePool.Rent(size);
        old.AsSpan(0, keep).CopyTo(_buffer);
        BytePool.Return(old);
    }
}
