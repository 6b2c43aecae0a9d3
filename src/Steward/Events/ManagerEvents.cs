using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Steward.Supervision;

namespace Steward.Events;

/// <summary>
/// Makes events of what becomes of a manager's servers. It reads the feed of statuses: a step that a slow reader misses is
/// missing here, where a server has come to never is.
/// </summary>
internal sealed class ManagerEvents : IAsyncDisposable
{
    private const string Source = "manager";

    // When the manager has been shut down there is little left to read, and nobody who hears of it is waited for.
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(5);

    private readonly McpServerManager _manager;
    private readonly EventBus _bus;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _end = new();
    private readonly Dictionary<string, ServerStatus> _last = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ServerHealth> _ill = new(StringComparer.Ordinal); // what subscribers were last told, where that is no good news
    private readonly Task _loop;

    public ManagerEvents(McpServerManager manager, EventBus bus, ILoggerFactory? loggers = null)
    {
        (_manager, _bus, _logger) = (manager, bus, (loggers ?? NullLoggerFactory.Instance).CreateLogger("Steward.Events"));
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Tells all that has become of the servers of a manager that was shut down, and ends.</summary>
    public async Task FinishAsync()
    {
        await _loop.WaitAsync(LongestEnd, TimeProvider.System).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await DisposeAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    private async Task RunAsync()
    {
        await foreach (var status in _manager.WatchAsync(_end.Token).ConfigureAwait(false))
        {
            try
            {
                Tell(status);
            }
            catch (Exception failure) // a bug of ours: what comes next is told all the same
            {
                _logger.StatusNotTold(status.Id, status.State, failure);
            }
        }
    }

    private void Tell(ServerStatus status)
    {
        _last.Remove(status.Id, out var before);
        if (status.IsRemoved)
        {
            _ill.Remove(status.Id);
            PublishRemoved(before, status);
            return;
        }

        _last[status.Id] = status;
        if (before is null)
            PublishAdded(status);
        PublishChange(before, status);
    }

    private void PublishAdded(ServerStatus status)
    {
        Publish(EventNames.ServerAdded, EventPriority.Normal, json =>
        {
            json.WriteString("server_id"u8, status.Id);
            json.WriteString("name"u8, status.Name ?? status.Id);
            json.WriteString("transport"u8, TransportOf(status));
        });
    }

    private void PublishRemoved(ServerStatus? before, ServerStatus status)
    {
        if (before is null)
            return; // added and removed between two looks
        if (before.State == ServerState.Running)
            PublishDisconnected(before, status);
        Publish(EventNames.ServerRemoved, EventPriority.Normal, json =>
        {
            json.WriteString("server_id"u8, status.Id);
            json.WriteString("name"u8, before.Name ?? before.Id);
        });
    }

    private void PublishChange(ServerStatus? before, ServerStatus now)
    {
        var ran = before?.State == ServerState.Running;
        var runs = now.State == ServerState.Running;
        if (before is not null && now.Update is { } update && update != before.Update)
        {
            PublishUpdate(before.Update, now.Id, update);
            if (ran && runs && update.State == ServerUpdateState.Done)
                return; // one run has followed the other without a gap
        }

        if (ran && (!runs || before!.RunningSince != now.RunningSince))
            PublishDisconnected(before!, now);
        if (runs && (!ran || before!.RunningSince != now.RunningSince))
            PublishConnected(now);
        if (runs)
            PublishHealth(before, now);
        if (!runs && HasFailed(now) && IsFailedStart(before, now))
            PublishFailed(now);
    }

    /// <summary>An update that begins and ends between two looks is told whole.</summary>
    private void PublishUpdate(ServerUpdate? before, string id, ServerUpdate now)
    {
        if (before is null || before.StartedAt != now.StartedAt || (before.State != ServerUpdateState.UnderWay && now.State == ServerUpdateState.UnderWay))
            Publish(EventNames.ServerUpdateStarted, EventPriority.Normal, json => json.WriteString("server_id"u8, id));
        if (now.State == ServerUpdateState.UnderWay)
            return;
        var isDone = now.State == ServerUpdateState.Done;
        Publish(isDone ? EventNames.ServerUpdated : EventNames.ServerUpdateFailed, isDone ? EventPriority.Normal : EventPriority.High, json =>
        {
            json.WriteString("server_id"u8, id);
            if (!isDone)
                json.WriteString("error"u8, now.Error);
            else
                json.WriteNumber("duration"u8, Math.Round((now.EndedAt!.Value - now.StartedAt).TotalSeconds, 3));
            if (now.Changes is { } changes)
                json.WriteString("changes"u8, changes);
        });
    }

    private static bool HasFailed(ServerStatus status) =>
        status.State is ServerState.Crashed or ServerState.FailedToStart || (status.State == ServerState.Restarting && status.ConsecutiveFailures > 0);

    /// <summary>Whether what has failed was a start: not a run, whose end is another event, and not just that it is watched again or no more.</summary>
    private static bool IsFailedStart(ServerStatus? before, ServerStatus now) => before?.State switch
    {
        null or ServerState.Starting => true,
        ServerState.Running or ServerState.Stopping => false,
        _ => now.ConsecutiveFailures > before!.ConsecutiveFailures, // where the steps between were missed
    };

    private void PublishHealth(ServerStatus? before, ServerStatus now)
    {
        var isIll = now.Health is ServerHealth.Degraded or ServerHealth.Unhealthy;
        var wasIll = _ill.TryGetValue(now.Id, out var told);
        if (isIll ? wasIll && told == now.Health : !wasIll || now.Health == ServerHealth.Unknown)
            return; // one that was ill and was started anew is well again when it has answered
        if (isIll)
            _ill[now.Id] = now.Health;
        else
            _ill.Remove(now.Id);
        Publish(EventNames.ServerHealthChanged, EventPriority.High, json =>
        {
            json.WriteString("server_id"u8, now.Id);
            json.WriteString("health"u8, WordOf(now.Health));
            json.WriteString("previous_health"u8, WordOf(wasIll ? told : before?.Health ?? ServerHealth.Unknown));
            if (now.HealthReason is { } reason)
                json.WriteString("reason"u8, reason);
        });
    }

    private static string WordOf(ServerHealth health) => health.ToString().ToLowerInvariant();

    private void PublishConnected(ServerStatus status) => Publish(EventNames.ServerConnected, EventPriority.High, json =>
    {
        json.WriteString("server_id"u8, status.Id);
        json.WriteString("transport"u8, TransportOf(status));
    });

    private void PublishDisconnected(ServerStatus before, ServerStatus now) => Publish(EventNames.ServerDisconnected, EventPriority.Normal, json =>
    {
        json.WriteString("server_id"u8, now.Id);
        json.WriteNumber("duration"u8, Math.Round(Math.Max((now.Since - (before.RunningSince ?? before.Since)).TotalSeconds, 0), 3));
        if ((HasFailed(now) || now.IsGivenUp) && now.LastError is { } error)
            json.WriteString("error"u8, error);
        if (now.StartsOnCall)
            json.WriteString("reason"u8, "idle"u8);
    });

    private void PublishFailed(ServerStatus status) => Publish(EventNames.ServerConnectionFailed, EventPriority.High, json =>
    {
        json.WriteString("server_id"u8, status.Id);
        json.WriteString("error"u8, status.LastError ?? "It gave no reason.");
    });

    private void Publish(string name, EventPriority priority, Action<Utf8JsonWriter> data) => _bus.Publish(new()
    {
        Name = name,
        Category = EventCategories.Mcp,
        Priority = priority,
        Source = Source,
        Data = StewardEvent.DataOf(data),
    });

    private static string TransportOf(ServerStatus status) => status.Transport.ToString().ToLowerInvariant();
}
