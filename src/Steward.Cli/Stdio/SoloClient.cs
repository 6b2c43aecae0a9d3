using Steward.Gateway;
using Steward.Gateway.Channels;
using Steward.Wire;

namespace Steward.Cli.Stdio;

/// <summary>Brings the client of this process and its channel together.</summary>
internal static class SoloClient
{
    // What was asked right before the end of the input is still answered, also when its server is being started: scripts do that.
    // A client that wants no answers any more sends a signal.
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan WrittenWithin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10);

    /// <summary>Serves until the input ends, or nobody reads the output any more.</summary>
    public static async Task ServeAsync(StdioInput input, StdioOutput output, ClientChannel channel, TimeProvider time, CancellationToken stop)
    {
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var writing = WriteAsync(output, channel.Outbound, gone);
        try
        {
            await foreach (var line in input.ReadAllAsync(gone.Token))
            {
                if (line.Exists)
                    await channel.ReceiveAsync(line);
                else
                    await output.WriteAsync(JsonRpcWriter.Error(default, JsonRpcErrorCode.InvalidRequest, "This line is too long for a message."));
            }

            var end = time.GetTimestamp();
            while (!channel.IsIdle && time.GetElapsedTime(end) < AnswersWithin)
                await Task.Delay(Look, time, gone.Token);
            channel.Outbound.Complete(time.GetTimestamp());
            await writing.WaitAsync(WrittenWithin, time, gone.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            // Stopped from outside, or the client does not read any more.
        }
    }

    /// <summary>Writes what is for the client until nothing more follows. Never faults; a client that does not read ends it all.</summary>
    private static async Task WriteAsync(StdioOutput output, EventStream outbound, CancellationTokenSource gone)
    {
        try
        {
            if (outbound.TryAttach(after: null, out var reader) && await WriteAsync(output, outbound, reader, gone.Token) == StreamSignal.Ended)
                return;
        }
        catch (Exception error) when (RefusedWrite.Is(error) || error is OperationCanceledException)
        {
            // Nobody reads any more.
        }

        await gone.CancelAsync();
    }

    private static async Task<StreamSignal> WriteAsync(StdioOutput output, EventStream outbound, int reader, CancellationToken gone)
    {
        while (true)
        {
            var signal = await outbound.WaitAsync(reader, gone);
            if (signal is not (StreamSignal.Events or StreamSignal.KeepAlive))
                return signal;
            while (outbound.TryTake(reader, out var frame))
            {
                var write = output.WriteAsync(frame.Memory);
                if (await Task.WhenAny(write, outbound.Overflowed) != write)
                    return StreamSignal.Overflowed; // it hangs in its write until the process ends
                await write;
                frame.Return();
            }
        }
    }
}
