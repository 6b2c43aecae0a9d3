using Steward.Configuration;

namespace Steward.Registry.InMemory;

/// <summary>A registry that lasts as long as the process.</summary>
internal sealed class MemoryRegistryStore(HistoryConfig retention, TimeProvider time) : IRegistryStore
{
    public MemoryRegistryStore(TimeProvider time)
        : this(new HistoryConfig(), time)
    {
    }

    public IServerTable Servers { get; } = new MemoryServers();

    public IHistoryTable History { get; } = new MemoryHistory(retention, time);

    public IMemoryTable Memory { get; } = new MemoryMemory();

    public Task OpenAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
