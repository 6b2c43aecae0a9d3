using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Steward.Processes;

namespace Steward.Upstreams;

/// <summary>The log of each server. It outlives the server's runs: what a crashed one said last is what people look for.</summary>
internal sealed class ServerLogs(ServerLogOptions options, TimeProvider time, ILogger<ServerLogs> logger) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<ServerLog>> _logs = new(StringComparer.Ordinal);

    public ServerLog this[string serverId] =>
        _logs.GetOrAdd(serverId, id => new Lazy<ServerLog>(() => new ServerLog(id, options, time, logger))).Value;

    /// <summary>Forgets the log of a server that is removed; its files stay. Whoever reads it comes to the end.</summary>
    public async Task ForgetAsync(string serverId)
    {
        if (_logs.TryRemove(serverId, out var log))
            await log.Value.DisposeAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var log in _logs.Values)
            await log.Value.DisposeAsync().ConfigureAwait(false);
    }
}
