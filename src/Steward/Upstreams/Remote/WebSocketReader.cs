using System.Net.WebSockets;
using Steward.Wire;

namespace Steward.Upstreams.Remote;

/// <summary>Reads messages from a WebSocket, in pooled memory of bounded size. A longer message is skipped.</summary>
internal sealed class WebSocketReader(WebSocket socket, int maxBytes) : IDisposable
{
    private const int LargeBytes = 256 * 1024;
    private const int SmallBuffer = 16 * 1024;

    private byte[] _buffer = BytePool.Rent(SmallBuffer);
    private int _length;

    /// <summary>Reads until the server closes the connection.</summary>
    public async Task ReadAllAsync(ILinkReceiver receiver, CancellationToken cancellationToken)
    {
        while (await ReadMessageAsync(receiver, cancellationToken).ConfigureAwait(false))
        {
            if (_length >= LargeBytes)
                await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // it takes its time: off the thread that waits for sockets
            Deliver(receiver);
            if (_buffer.Length > SmallBuffer * 16)
                Exchange(SmallBuffer); // what one large message needed is not kept for ever
        }
    }

    public void Dispose() => BytePool.Return(_buffer);

    /// <summary>Reads one message into the buffer; nothing, where it was too long.</summary>
    private async Task<bool> ReadMessageAsync(ILinkReceiver receiver, CancellationToken cancellationToken)
    {
        _length = 0;
        while (true)
        {
            if (_length == _buffer.Length)
                Exchange(_buffer.Length * 2);
            var read = await socket.ReceiveAsync(_buffer.AsMemory(_length), cancellationToken).ConfigureAwait(false);
            if (read.MessageType == WebSocketMessageType.Close)
                return false;
            _length += read.Count;
            if (_length > maxBytes)
                await SkipAsync(receiver, read.EndOfMessage, cancellationToken).ConfigureAwait(false);
            if (_length == 0 || read.EndOfMessage)
                return true;
        }
    }

    private async Task SkipAsync(ILinkReceiver receiver, bool isEnd, CancellationToken cancellationToken)
    {
        var head = _buffer.AsSpan(0, LineReader.Excerpt).ToArray();
        var tail = _buffer.AsSpan(_length - LineReader.Excerpt, LineReader.Excerpt).ToArray();
        var total = (long)_length;
        while (!isEnd)
        {
            var read = await socket.ReceiveAsync(_buffer.AsMemory(), cancellationToken).ConfigureAwait(false);
            if (read.MessageType == WebSocketMessageType.Close)
                break;
            total += read.Count;
            tail = [.. tail.AsSpan(Math.Min(read.Count, tail.Length)), .. _buffer.AsSpan(Math.Max(0, read.Count - LineReader.Excerpt), Math.Min(read.Count, LineReader.Excerpt))];
            isEnd = read.EndOfMessage;
        }

        receiver.OnOversized(head, tail, total);
        _length = 0;
    }

    private void Deliver(ILinkReceiver receiver)
    {
        var message = _buffer.AsSpan(0, _length).Trim(" \t\r\n"u8);
        if (message.IsEmpty)
            return;
        var line = _buffer.AsSpan(0, _length);
        line.Replace((byte)'\n', (byte)' '); // white space, or no JSON: and a message must stay on one line
        line.Replace((byte)'\r', (byte)' ');
        receiver.OnMessage(message);
    }

    private void Exchange(int size)
    {
        var old = _buffer;
        _buffer = BytePool.Rent(size);
        old.AsSpan(0, Math.Min(_length, _buffer.Length)).CopyTo(_buffer);
        BytePool.Return(old);
    }
}
