using System.Net.WebSockets;
using Steward.Gateway;
using Steward.Gateway.Channels;
using Steward.Wire;

namespace Steward.Server.Channels;

/// <summary>One WebSocket and the channel behind it.</summary>
internal sealed class WebSocketConnection(WebSocket socket, ClientChannel channel, int maxMessageBytes, TimeProvider clock)
{
    // For the good-bye of a client that may be gone or may not read.
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    /// <summary>Runs until one of both sides ends it. Never faults on what the client does.</summary>
    public async Task RunAsync()
    {
        var sending = SendAsync();
        var receiving = ReceiveAsync();
        await Task.WhenAny(sending, receiving);

        // Whichever it was: nothing more comes of the channel, and what is being sent ends in time or is cut off.
        var end = receiving.IsCompleted ? await receiving : new WebSocketEnd(WebSocketCloseStatus.EndpointUnavailable, "The session has ended");
        channel.Close("its client went away");
        using var limit = new CancellationTokenSource(Farewell, clock);
        using (limit.Token.UnsafeRegister(static state => ((WebSocket)state!).Abort(), socket))
        {
            await sending;
            await SayGoodByeAsync(end);
            await receiving;
        }
    }

    private async Task SayGoodByeAsync(WebSocketEnd end)
    {
        if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived))
            return;
        try
        {
            await socket.CloseOutputAsync(end.Status, end.Reason, CancellationToken.None);
        }
        catch (Exception error) when (IsGone(error))
        {
            // It has heard all that it could.
        }
    }

    /// <summary>Writes what is for the client until nothing more follows, the client is gone, or does not read any more.</summary>
    private async Task SendAsync()
    {
        var outbound = channel.Outbound;
        if (!outbound.TryAttach(after: null, out var reader))
            return;
        try
        {
            while (await outbound.WaitAsync(reader, CancellationToken.None) is var signal && signal is StreamSignal.Events or StreamSignal.KeepAlive)
            {
                while (outbound.TryTake(reader, out var frame))
                    await SendAsync(frame, outbound);
            }
        }
        catch (Exception error) when (IsGone(error))
        {
            return;
        }

        if (outbound.Overflowed.IsCompleted)
            socket.Abort();
    }

    private async ValueTask SendAsync(RentedFrame frame, EventStream outbound)
    {
        try
        {
            var send = socket.SendAsync(frame.Memory, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
            if (send.IsCompleted)
            {
                await send;
                return;
            }

            var sending = send.AsTask();
            if (await Task.WhenAny(sending, outbound.Overflowed) != sending)
                socket.Abort(); // the client is too far behind; what is being sent fails now
            await sending;
        }
        finally
        {
            frame.Return();
        }
    }

    /// <returns>Why it ended, as the client is to be told.</returns>
    private async Task<WebSocketEnd> ReceiveAsync()
    {
        var reader = new WebSocketMessageReader(socket, maxMessageBytes);
        try
        {
            while (true)
            {
                var end = await reader.ReadAsync();
                if (end is not null)
                    return end;
                await channel.ReceiveAsync(reader.TakeMessage());
            }
        }
        catch (Exception error) when (IsGone(error))
        {
            return new WebSocketEnd(WebSocketCloseStatus.NormalClosure, "");
        }
        finally
        {
            reader.Dispose();
        }
    }

    private static bool IsGone(Exception error) => error is WebSocketException or OperationCanceledException or ObjectDisposedException or IOException or InvalidOperationException;
}
