using Steward.Gateway.Parking;
using Steward.Gateway.Tasks;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway.Leases;

/// <summary>What a leased process says of its own accord: it belongs to the one call that it is leased for.</summary>
internal sealed class LeaseTraffic(ParkedCalls parked, TaskKeepers keepers) : IConnectionHandler
{
    private const int MaxEarly = 16;

    private readonly Lock _gate = new();
    // Servers like to ask for roots as soon as they have shaken hands; the call for which the process was started comes next.
    private List<byte[]>? _early = [];

    public void OnRequest(UpstreamConnection connection, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        if (keepers.Find(connection, envelope.RelatedTaskId.Of(message)) is { } keeper)
        {
            keeper.OnServerRequest(connection, message, envelope);
            return;
        }

        if (connection.FindSoleCaller(out _) is Exchange caller)
        {
            caller.OnServerRequest(connection, message, envelope);
            return;
        }

        lock (_gate)
        {
            if (_early is { Count: < MaxEarly })
            {
                _early.Add(message.ToArray());
                return;
            }
        }

        Session.Refuse(connection, envelope.Id.Of(message), "A client of this protocol revision can be asked during its calls only.");
    }

    public bool OnLateProgress(UpstreamConnection connection, long upstreamId, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope) =>
        false; // the modern era has no progress of tasks

    public void OnNotification(UpstreamConnection connection, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        if (envelope.Method == McpMethod.NotificationsCancelled)
            _ = parked.Withdraw(connection, message, envelope) || keepers.Withdraw(connection, message, envelope);
        else if (envelope.Method == McpMethod.NotificationsTasksStatus)
            keepers.Find(connection, envelope.TaskId.Of(message))?.OnStatus(message, envelope);
        else if (envelope.Method == McpMethod.NotificationsMessage && connection.FindSoleCaller(out _) is Exchange caller)
            caller.OnServerNotification(message, LogSeverities.Parse(envelope.Level.Of(message)));
    }

    /// <summary>The first call is on its way: asks what was asked before it.</summary>
    public void OnCalled(UpstreamConnection connection)
    {
        List<byte[]>? early;
        lock (_gate)
            (early, _early) = (_early, null);
        foreach (var message in early ?? [])
            OnRequest(connection, message, JsonRpcEnvelope.Parse(message));
    }
}
