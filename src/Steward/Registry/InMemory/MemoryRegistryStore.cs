namespace Steward.Registry.InMemory;

/// <summary>A registry that lasts as long as the process.</summary>
internal sealed class MemoryRegistryStore(HistoryRetention retention, TimeProvider time) : IRegistryStore
{
    public MemoryRegistryStore(TimeProvider time)
        : this(HistoryRetention.Standard, time)
    {
    }

    public IServerTable Servers { get; } = new MemoryServers();

    public IHistoryTable History { get; } = new MemoryHistory(retention, time);

    public IMemoryTable Memory { get; } = new MemoryMemory();

    public Task OpenAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
