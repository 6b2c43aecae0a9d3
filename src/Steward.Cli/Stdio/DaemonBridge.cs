using Steward.Gateway.Channels;
using Steward.Wire;

namespace Steward.Cli.Stdio;

/// <summary>
/// Brings the client of this process and the running daemon together. When the daemon ends, the bridge waits for the next one and goes on
/// with that where it was; all that the client sees of it are errors for the calls that were in flight.
/// </summary>
internal sealed class DaemonBridge(Func<CancellationToken, Task<DaemonSocket>> connect, StdioOutput output, TextWriter log, TimeProvider time)
{
    // How long a request waits for a daemon before it is answered with an error.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // What was asked right before the end of the input is still answered: scripts do that. A client that wants no answers any more
    // sends a signal.
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ClosedWithin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(2);

    private readonly Conversation _conversation = new();
    private readonly Lock _gate = new();
    private TaskCompletionSource<DaemonSocket> _link = NewLink();
    private TaskCompletionSource<string> _givenUp = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static ReadOnlySpan<byte> RepeatedId => "\"steward:initialize\""u8;

    /// <summary>Serves until the input ends.</summary>
    /// <exception cref="IOException">Nobody reads the output any more.</exception>
    public async Task ServeAsync(StdioInput input, CancellationToken stop)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var linking = LinkAsync(end);
        try
        {
            await foreach (var line in input.ReadAllAsync(end.Token))
            {
                await HandleAsync(line, end.Token);
                line.Return();
            }

            await SayGoodByeAsync(end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // Stopped from outside, or the client does not read any more.
        }

        await end.CancelAsync();
        await linking;
    }

    private async Task SayGoodByeAsync(CancellationToken end)
    {
        var ended = time.GetTimestamp();
        while (_conversation.IsWaiting && time.GetElapsedTime(ended) < AnswersWithin)
            await Task.Delay(Look, time, end);
        if (Link is not { IsCompletedSuccessfully: true } link)
            return;
        using var limit = new CancellationTokenSource(ClosedWithin, time);
        await (await link).CloseAsync(limit.Token);
    }

    private Task<DaemonSocket> Link
    {
        get
        {
            lock (_gate)
                return _link.Task;
        }
    }

    private async Task HandleAsync(RentedFrame line, CancellationToken end)
    {
        var envelope = JsonRpcEnvelope.Parse(line.Span);
        if (envelope.Kind == MessageKind.Invalid && !JsonRpcBatch.IsOne(line.Span))
        {
            await output.WriteAsync(Refusal.OfInvalid(line.Span, envelope));
            return;
        }

        if (envelope.Method == McpMethod.Ping && !Link.IsCompleted)
        {
            await output.WriteAsync(JsonRpcWriter.Result(envelope.Id.Of(line.Span), "{}"u8));
            return;
        }

        if (!_conversation.NoteClient(line.Span, envelope))
            return;
        var (socket, trouble) = await WaitAsync(end);
        if (socket is null)
            await RefuseAsync(line, envelope, trouble!);
        else if (_conversation.IsOpening(line.Span, envelope) ? socket.TryTakeInitialize() : envelope.Kind != MessageKind.Request || _conversation.Awaits(line.Span, envelope))
            await socket.TrySendAsync(line.Memory); // where it cannot be sent, the break answers for it
    }

    private async Task RefuseAsync(RentedFrame line, JsonRpcEnvelope envelope, string trouble)
    {
        if (envelope.Kind != MessageKind.Request)
            return;
        _conversation.Forget(line.Span, envelope);
        await output.WriteAsync(JsonRpcWriter.Error(envelope.Id.Of(line.Span), JsonRpcErrorCode.ServerUnavailable, $"Steward cannot be reached: {trouble}."));
    }

    /// <summary>The connection to the daemon, as soon as there is one; or why there is none after long.</summary>
    private async Task<(DaemonSocket? Socket, string? Trouble)> WaitAsync(CancellationToken end)
    {
        Task<DaemonSocket> link;
        Task<string> givenUp;
        lock (_gate)
            (link, givenUp) = (_link.Task, _givenUp.Task);
        if (!link.IsCompleted)
            await Task.WhenAny(link, givenUp).WaitAsync(end);
        return link.IsCompleted ? (await link, null) : (null, await givenUp);
    }

    /// <summary>Keeps a connection until the end. Ends it all when nobody reads the output any more.</summary>
    private async Task LinkAsync(CancellationTokenSource end)
    {
        try
        {
            while (!end.IsCancellationRequested)
            {
                using var socket = await ConnectAsync(end.Token);
                using (end.Token.UnsafeRegister(static state => ((DaemonSocket)state!).Abort(), socket))
                    await UseAsync(socket, end.Token);
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The end.
        }
        catch (IOException)
        {
            await end.CancelAsync();
        }
    }

    private async Task UseAsync(DaemonSocket socket, CancellationToken end)
    {
        var resumed = await ResumeAsync(socket);
        if (resumed)
        {
            Publish(socket);
            while (await PassAsync(socket))
            {
                // Message by message, in their order.
            }
        }

        lock (_gate)
        {
            if (resumed)
                _link = NewLink();
        }

        foreach (var message in _conversation.Break("The Steward daemon ended before it answered; call again."))
            await output.WriteAsync(message);
        if (end.IsCancellationRequested)
            return;
        log.WriteLine(resumed ? "steward: the daemon has gone; waiting for the next one" : "steward: the daemon did not take the session up again");
        if (!resumed)
            await Task.Delay(LastRetry, time, end);
    }

    private void Publish(DaemonSocket socket)
    {
        lock (_gate)
        {
            _link.SetResult(socket);
            _givenUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private async Task<DaemonSocket> ConnectAsync(CancellationToken end)
    {
        var began = time.GetTimestamp();
        for (var retry = FirstRetry; ; retry = retry * 2 < LastRetry ? retry * 2 : LastRetry)
        {
            try
            {
                return await connect(end);
            }
            catch (DaemonUnreachableException unreachable)
            {
                TaskCompletionSource<string> givenUp;
                lock (_gate)
                    givenUp = _givenUp;
                if ((unreachable.IsFinal || time.GetElapsedTime(began) >= Patience) && givenUp.TrySetResult(unreachable.Message))
                    log.WriteLine($"steward: {unreachable.Message}");
            }

            await Task.Delay(retry, time, end);
        }
    }

    /// <summary>Brings a new daemon to where the last one was.</summary>
    /// <returns>Whether it went along.</returns>
    private async Task<bool> ResumeAsync(DaemonSocket socket)
    {
        if (_conversation.UnansweredInitialize is { } waiting)
            return !socket.TryTakeInitialize() || await socket.TrySendAsync(waiting);
        if (_conversation.RepeatInitialize(RepeatedId) is not { } repeated)
            return true;

        socket.TryTakeInitialize();
        if (!await socket.TrySendAsync(repeated) || !await IsWelcomeAsync(socket))
            return false;
        foreach (var message in _conversation.Restore())
            await socket.TrySendAsync(message);
        foreach (var message in _conversation.ListsChanged())
            await output.WriteAsync(message);
        log.WriteLine("steward: connected to the daemon again");
        return true;
    }

    private async Task<bool> IsWelcomeAsync(DaemonSocket socket)
    {
        while (await socket.ReceiveAsync() is { Exists: true } frame)
        {
            var envelope = JsonRpcEnvelope.Parse(frame.Span);
            var isAnswer = envelope.Kind == MessageKind.Response && envelope.Id.Of(frame.Span).SequenceEqual(RepeatedId);
            var isResult = envelope.Result.Exists;
            if (!isAnswer)
                await PassAsync(frame);
            frame.Return();
            if (isAnswer)
                return isResult;
        }

        return false;
    }

    private async Task<bool> PassAsync(DaemonSocket socket)
    {
        var frame = await socket.ReceiveAsync();
        if (!frame.Exists)
            return false;
        await PassAsync(frame);
        frame.Return();
        return true;
    }

    private Task PassAsync(RentedFrame frame) =>
        _conversation.NoteDaemon(frame.Span, JsonRpcEnvelope.Parse(frame.Span)) ? output.WriteAsync(frame.Memory) : Task.CompletedTask;

    private static TaskCompletionSource<DaemonSocket> NewLink() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
