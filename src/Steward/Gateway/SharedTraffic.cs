using Microsoft.Extensions.Logging;
using Steward.Gateway.Parking;
using Steward.Gateway.Tasks;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway;

/// <summary>
/// What servers that many clients share say of their own accord. It goes to the one client that it certainly belongs to;
/// where that is not certain it goes to nobody, and the server is noted as one that cannot be shared.
/// </summary>
internal sealed class SharedTraffic(ServerDirectory servers, SessionTable sessions, ParkedCalls parked, TaskKeepers keepers, TimeProvider clock, ILogger logger) : ISharedTraffic
{
    /// <summary>Called with the id of a server whose lists have changed.</summary>
    public Action<string>? CatalogChanged { get; set; }

    /// <summary>Tells whether clients rely on a server though they call nothing just now.</summary>
    public Func<GatewayServer, bool> Listens { get; set; } = static _ => false;

    public bool IsNeeded(UpstreamConnection connection) =>
        keepers.Any(connection) || (servers.Find(connection.ServerId) is { } server && (server.IsHeld || server.Tasks.Any(connection) || Listens(server)));

    public void OnResting(UpstreamConnection connection) => servers.Find(connection.ServerId)?.Remember();

    public void OnCatalogChanged(string serverId) => CatalogChanged?.Invoke(serverId);

    public void OnRenewed(UpstreamConnection connection) => CatalogChanged?.Invoke(connection.ServerId);

    public void OnRequest(UpstreamConnection connection, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        // First, for it is this very run's: in the book there may be a task of an earlier run that had the same id.
        if (keepers.Find(connection, envelope.RelatedTaskId.Of(message)) is { } keeper)
        {
            keeper.OnServerRequest(connection, message, envelope);
            return;
        }

        if (TaskOf(connection, envelope.RelatedTaskId.Of(message)) is { Owner: Session owner })
        {
            owner.Ask(connection, message, envelope, owner.FindResultOf(connection, envelope.RelatedTaskId.Of(message)));
            return;
        }

        if (connection.FindSoleCaller(out var several) is Exchange caller)
        {
            // Noted first: whoever comes when he has heard of the question must find it known.
            if (caller is LegacyExchange && servers.Find(connection.ServerId) is { } asking)
                NoteNeed(asking, envelope.Method, "during a call", ProtocolEra.Modern);
            caller.OnServerRequest(connection, message, envelope);
            return;
        }

        var server = servers.Find(connection.ServerId);
        if (!several && server is not null && FindOnlyUser(server, connection) is { } session && session.Opening.Capabilities.Allow(envelope.Method, UrlElicitation.Is(message, envelope)))
        {
            session.Ask(connection, message, envelope, cause: null);
            return;
        }

        if (server is not null)
            NoteNeed(server, envelope.Method, several ? "while several clients had calls in flight" : "outside of any call", several ? null : ProtocolEra.Legacy);
        if (envelope.Method == McpMethod.RootsList && !several)
            connection.Post(JsonRpcWriter.Result(envelope.Id.Of(message), """{"roots":[]}"""u8)); // nobody's roots: the server keeps its own
        else
            Session.Refuse(connection, envelope.Id.Of(message), "It is not certain which of several clients this request belongs to; configure isolation: session for this server.");
    }

    public bool OnLateProgress(UpstreamConnection connection, long upstreamId, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        if (servers.Find(connection.ServerId)?.Tasks.FindByCall(connection, upstreamId) is not { Owner: Session owner, ProgressToken.Length: > 0 } task)
            return false;
        var edits = new FrameEdits(new byte[task.ProgressToken.Length]);
        edits.Replace(envelope.ProgressToken, task.ProgressToken);
        owner.Tell(RentedFrame.Copy(message, edits));
        return true;
    }

    public void OnNotification(UpstreamConnection connection, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        if (servers.Find(connection.ServerId) is not { } server)
            return;
        switch (envelope.Method)
        {
            case McpMethod.NotificationsCancelled:
                Withdraw(connection, message, envelope);
                break;
            case McpMethod.NotificationsResourcesUpdated:
                TellSubscribers(server, message, envelope);
                break;
            case McpMethod.NotificationsTasksStatus when keepers.Find(connection, envelope.TaskId.Of(message)) is { } keeper:
                keeper.OnStatus(message, envelope);
                break;
            case McpMethod.NotificationsTasksStatus when TaskOf(connection, envelope.TaskId.Of(message)) is { Owner: Session owner }:
                owner.TellOfTask(connection.ServerId, message, envelope);
                break;
            case McpMethod.NotificationsMessage:
                TellOne(server, connection, message, LogSeverities.Parse(envelope.Level.Of(message)));
                break;
            default:
                TellOne(server, connection, message, severity: null);
                break;
        }
    }

    private void Withdraw(UpstreamConnection connection, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        if (parked.Withdraw(connection, message, envelope) || keepers.Withdraw(connection, message, envelope))
            return;
        foreach (var session in sessions.All)
        {
            if (session.Withdraw(connection, message, envelope))
                return;
        }
    }

    private void TellOne(GatewayServer server, UpstreamConnection connection, ReadOnlySpan<byte> message, LogSeverity? severity)
    {
        if (connection.FindSoleCaller(out var several) is Exchange caller)
        {
            caller.OnServerNotification(message, severity);
            return;
        }

        if (!several && FindOnlyUser(server, connection) is { } session && !(severity < session.LogLevel))
            session.Tell(RentedFrame.Copy(message));
    }

    private TaskEntry? TaskOf(UpstreamConnection connection, ReadOnlySpan<byte> taskId) =>
        taskId.IsEmpty || JsonText.Read(taskId) is not { } id ? null : servers.Find(connection.ServerId)?.Tasks.Find(connection, id);

    private static void TellSubscribers(GatewayServer server, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        if (JsonText.Read(envelope.Uri.Of(message)) is not { } uri)
            return;
        foreach (var listener in server.Subscriptions.Subscribers(uri))
        {
            var exposed = listener.Endpoint.ExposedUri(server, uri);
            listener.OnResourceUpdated(exposed == uri ? envelope.Uri.Of(message).ToArray() : JsonRpcWriter.String(exposed), message, envelope);
        }
    }

    /// <summary>
    /// The only session that has to do with a server; with two, what is said outside of calls could be for either. One that has
    /// just gone may have left work behind: what is said then could be for it.
    /// </summary>
    private Session? FindOnlyUser(GatewayServer server, UpstreamConnection connection)
    {
        Session? only = null;
        foreach (var session in sessions.All)
        {
            if (!session.Uses(server) || server.NeedsOwnProcess(session))
                continue;
            if (only is not null)
                return null;
            only = session;
        }

        return only is not null && connection.MayWorkForOthersThan(only) ? null : only;
    }

    /// <param name="server">What has asked.</param>
    /// <param name="method">What it asked.</param>
    /// <param name="when">When, for people.</param>
    /// <param name="era">
    /// Whom it concerns. A modern client can be asked during a call only, and would have to keep all others from being asked while its call
    /// is parked: it is better off alone as soon as a server asks at all. What is asked outside of calls only a session can answer.
    /// </param>
    private void NoteNeed(GatewayServer server, McpMethod method, string when, ProtocolEra? era)
    {
        var (what, concerns) = method switch
        {
            McpMethod.RootsList => ("for roots", static client => client.Roots),
            McpMethod.SamplingCreateMessage => ("for sampling", static client => client.Sampling),
            McpMethod.ElicitationCreate => ("for elicitation", static client => client.ElicitationForm || client.ElicitationUrl),
            _ => ("its clients", (Func<ClientCapabilities, bool>)(static _ => true)),
        };
        var reason = $"it asked {what} {when}";
        if (server.TryShowNeed(new IsolationNeed(method, reason, concerns, clock.GetTimestamp()) { Era = era }) && era is not ProtocolEra.Modern)
            logger.NeedsIsolation(server.Id, reason); // once: a server could ask without end
    }
}
