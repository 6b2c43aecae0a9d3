using Steward.Configuration;
using Steward.Supervision;

namespace Steward.Alerts;

/// <summary>
/// Decides which changes of servers become alerts, and when: of each server at most one in an interval. What changes within it is told
/// at its end, if it still holds then.
/// </summary>
internal sealed class AlertDesk(AlertsConfig config, Action<AlertsConfig, Alert> send, TimeProvider time) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Watched> _servers = new(StringComparer.Ordinal);
    private AlertsConfig _config = config;

    /// <summary>What is told from now on, and to whom.</summary>
    public void Change(AlertsConfig config)
    {
        lock (_gate)
            _config = config;
    }

    /// <summary>Takes the next status of a server. Steps between may have been left out.</summary>
    public void Take(ServerStatus status)
    {
        lock (_gate)
        {
            if (Condition.IsDownByRequest(status))
            {
                if (_servers.Remove(status.Id, out var gone))
                    gone.Forget();
                return;
            }

            if (Condition.Of(status) is not { } condition)
                return;
            if (!IsWatched(condition))
            {
                Drop(status.Id);
                return;
            }

            if (!_servers.TryGetValue(status.Id, out var server))
                _servers.Add(status.Id, server = new Watched());
            if (server.Condition != condition)
                server.Changes++;
            (server.Condition, server.Status) = (condition, status);
            Tell(server);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var server in _servers.Values)
                server.Forget();
            _servers.Clear();
        }
    }

    private bool IsWatched(AlertKind condition) => condition == AlertKind.Recovered || _config.On.Contains(condition);

    /// <summary>What was to be told of a server is not so any more, and nobody wants to hear of what is.</summary>
    private void Drop(string id)
    {
        if (!_servers.TryGetValue(id, out var server))
            return;
        server.Forget();
        server.Condition = server.Told;
    }

    /// <summary>Tells what is not told yet, now or when the interval is over.</summary>
    private void Tell(Watched server)
    {
        if (server.Condition == server.Told)
        {
            server.Forget(); // it is again as was told
            return;
        }

        if (server.ToldAt is { } toldAt && _config.MinInterval - time.GetElapsedTime(toldAt) is { Ticks: > 0 } rest)
        {
            server.Timer ??= time.CreateTimer(_ => TellLate(server), null, rest, Timeout.InfiniteTimeSpan);
            return;
        }

        var unsaid = server.Changes - 1;
        (server.Told, server.Changes) = (server.Condition, 0);
        if (!_config.On.Contains(server.Condition))
            return; // it is well, and nobody wants to hear that
        server.ToldAt = time.GetTimestamp();
        send(_config, new Alert(server.Condition, server.Status!, time.GetUtcNow(), unsaid));
    }

    private void TellLate(Watched server)
    {
        lock (_gate)
        {
            if (server.Timer is null)
                return; // it came too late to be stopped
            server.Forget();
            Tell(server);
        }
    }

    /// <summary>One server. Guarded by the gate.</summary>
    private sealed class Watched
    {
        /// <summary>How it is.</summary>
        public AlertKind Condition { get; set; } = AlertKind.Recovered;

        /// <summary>What was told last; that it is well goes without saying.</summary>
        public AlertKind Told { get; set; } = AlertKind.Recovered;

        public ServerStatus? Status { get; set; }

        /// <summary>How often it changed since it was told.</summary>
        public int Changes { get; set; }

        /// <summary>When an alert was last sent, as a timestamp of the clock.</summary>
        public long? ToldAt { get; set; }

        public ITimer? Timer { get; set; }

        /// <summary>Tells nothing later.</summary>
        public void Forget()
        {
            Timer?.Dispose();
            Timer = null;
        }
    }
}
