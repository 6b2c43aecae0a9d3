namespace Steward.Upstreams.Remote;

/// <summary>A request whose exchange is under way: what it takes to give it up.</summary>
internal sealed class RunningExchange(OutgoingMessage request, CancellationToken lifetime)
{
    private readonly CancellationTokenSource _cancellation = CancellationTokenSource.CreateLinkedTokenSource(lifetime);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public OutgoingMessage Request { get; } = request;

    public CancellationToken Token => _cancellation.Token;

    /// <summary>Completes when nothing more comes of it. Never faults.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Gives it up: the response is closed, whatever it still had to say.</summary>
    public void Cancel()
    {
        try
        {
            _cancellation.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended.
        }
    }

    public void End()
    {
        _cancellation.Dispose();
        _ended.SetResult();
    }
}
