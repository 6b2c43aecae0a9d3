using Steward.Catalog;
using Steward.Gateway.Tasks;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway;

/// <summary>What a session's own process says of its own accord: all of it is for that session.</summary>
internal sealed class OwnTraffic(GatewayServer server, Session session, TaskKeepers keepers) : IConnectionHandler
{
    /// <summary>Called when the server has forgotten all that the client had said to it.</summary>
    public Action? Renewed { get; set; }

    public void OnRenewed(UpstreamConnection connection)
    {
        Renewed?.Invoke();
        session.OnListsChanged([.. Enum.GetValues<CatalogKind>().Where(connection.Server.Has)]); // a server that was started anew may offer other things
    }

    public void OnRequest(UpstreamConnection connection, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        if (keepers.Find(connection, envelope.RelatedTaskId.Of(message)) is { } keeper)
            keeper.OnServerRequest(connection, message, envelope);
        else if (connection.FindSoleCaller(out _) is Exchange caller)
            caller.OnServerRequest(connection, message, envelope);
        else
            session.Ask(connection, message, envelope, cause: null);
    }

    public bool OnLateProgress(UpstreamConnection connection, long upstreamId, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        if (server.Tasks.FindByCall(connection, upstreamId) is not { ProgressToken.Length: > 0 } task)
            return false;
        var edits = new FrameEdits(new byte[task.ProgressToken.Length]);
        edits.Replace(envelope.ProgressToken, task.ProgressToken);
        session.Tell(RentedFrame.Copy(message, edits));
        return true;
    }

    public void OnNotification(UpstreamConnection connection, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        if (envelope.Method == McpMethod.NotificationsCancelled)
        {
            session.Withdraw(connection, message, envelope);
            return;
        }

        if (!session.IsOpen && envelope.Method is McpMethod.NotificationsToolsListChanged or McpMethod.NotificationsPromptsListChanged or McpMethod.NotificationsResourcesListChanged)
            return; // its client has not listed anything yet

        if (envelope.Method == McpMethod.NotificationsTasksStatus)
        {
            if (keepers.Find(connection, envelope.TaskId.Of(message)) is { } keeper)
                keeper.OnStatus(message, envelope);
            else
                session.TellOfTask(server.Id, message, envelope);
            return;
        }

        // A log message most likely belongs to the call in flight; news of lists and resources never do.
        var cause = envelope.Method == McpMethod.NotificationsMessage ? connection.FindSoleCaller(out _) as Exchange : null;
        if (cause is null || !cause.TryDeliver(RentedFrame.Copy(message)))
            session.Tell(RentedFrame.Copy(message));
    }
}
