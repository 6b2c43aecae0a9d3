using Steward.Registry;

namespace Steward.Tests.Registry;

/// <summary>A registry of which a test holds single operations up, or has them fail.</summary>
internal sealed class HookedStore(IRegistryStore inner) : IRegistryStore, IServerTable
{
    /// <summary>Called before each change of a definition, with its name and the server's id.</summary>
    public Func<string, string, Task> Before { get; set; } = static (_, _) => Task.CompletedTask;

    /// <summary>Called between reading the definitions and handing them over.</summary>
    public Func<Task> AfterRead { get; set; } = static () => Task.CompletedTask;

    public IServerTable Servers => this;

    public IHistoryTable History => inner.History;

    public IMemoryTable Memory => inner.Memory;

    public Task OpenAsync(CancellationToken cancellationToken) => inner.OpenAsync(cancellationToken);

    public Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public async Task<RegistryContent> ReadAsync(CancellationToken cancellationToken)
    {
        var content = await inner.Servers.ReadAsync(cancellationToken);
        await AfterRead();
        return content;
    }

    public async Task<bool> AddAsync(RegisteredServer server, CancellationToken cancellationToken)
    {
        await Before("add", server.Config.Id);
        return await inner.Servers.AddAsync(server, cancellationToken);
    }

    public async Task<bool> UpdateAsync(RegisteredServer server, CancellationToken cancellationToken)
    {
        await Before("update", server.Config.Id);
        return await inner.Servers.UpdateAsync(server, cancellationToken);
    }

    public async Task<bool> RemoveAsync(string id, CancellationToken cancellationToken)
    {
        await Before("remove", id);
        return await inner.Servers.RemoveAsync(id, cancellationToken);
    }

    public async Task OverrideAsync(string id, bool? enabled, CancellationToken cancellationToken)
    {
        await Before("override", id);
        await inner.Servers.OverrideAsync(id, enabled, cancellationToken);
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
