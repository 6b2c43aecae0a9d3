namespace Steward.Server;

/// <summary>What the routes and the host have to tell each other.</summary>
internal sealed class HostState(TimeProvider time)
{
    private readonly TaskCompletionSource _stopRequested = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Where the host listens; empty before it does.</summary>
    public string Url { get; set; } = "";

    public DateTimeOffset StartedAt { get; } = time.GetUtcNow();

    /// <summary>Completes when somebody asks that the host be stopped.</summary>
    public Task StopRequested => _stopRequested.Task;

    public void RequestStop() => _stopRequested.TrySetResult();
}
