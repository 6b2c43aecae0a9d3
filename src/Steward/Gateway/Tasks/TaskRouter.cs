using System.Text.Json;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway.Tasks;

/// <summary>Brings what clients ask about tasks to the server that has them, or to what stands for a task of the other era.</summary>
internal sealed class TaskRouter(Relay relay)
{
    // A server whose list never ends is read no further.
    private const int MostPages = 100;
    private static readonly TimeSpan ListTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Whether a method is about tasks that a server has.</summary>
    public static bool Is(McpMethod method) =>
        method is McpMethod.TasksGet or McpMethod.TasksResult or McpMethod.TasksCancel or McpMethod.TasksUpdate or McpMethod.TasksList;

    /// <summary>Relays a request about one task.</summary>
    /// <param name="client">Who asks.</param>
    /// <param name="server">Whose task it is.</param>
    /// <param name="taskId">What the server calls it.</param>
    /// <param name="message">The request; it must stay as it is until the task has completed.</param>
    /// <param name="envelope">Where its parts are.</param>
    public ValueTask<Reply> SendAsync(GatewayClient client, GatewayServer server, string taskId, ReadOnlyMemory<byte> message, JsonRpcEnvelope envelope)
    {
        if (server.Run is { } run && !server.NeedsOwnProcess(client) && !Passes(client, run.Connection))
            return new(Undeclared(message.Span, envelope, server));
        if (client is ModernClient { Capabilities.Tasks: false })
            return new(TaskCapability.RefuseUndeclared(message.Span, envelope));
        if (client is ModernClient modern && (relay.Bridged.Find(server, taskId, client) is not null || server.HasTasks(ProtocolEra.Legacy)))
            return BridgedRequests.AnswerAsync(relay, modern, server, taskId, message, envelope);
        return server.Tasks.IsOpenTo(taskId, client)
            ? relay.SendAsync(client, server, message, envelope, JsonRpcWriter.String(taskId))
            : new(NotFound(message.Span, envelope));
    }

    /// <summary>Lists the tasks that a session has begun at some servers.</summary>
    /// <param name="session">Who asks.</param>
    /// <param name="servers">The servers.</param>
    /// <param name="expose">What clients call a task of a server.</param>
    /// <param name="message">The request; it must stay as it is until the task has completed.</param>
    /// <param name="envelope">Where its parts are.</param>
    public static async ValueTask<Reply> ListAsync(Session session, IEnumerable<GatewayServer> servers, Func<GatewayServer, string, string> expose, ReadOnlyMemory<byte> message, JsonRpcEnvelope envelope)
    {
        var lists = await Task.WhenAll(servers.Select(server => ReadAsync(session, server))).ConfigureAwait(false);
        return Reply.Result(message.Span, envelope, JsonRpcWriter.Object(json =>
        {
            json.WriteStartArray("tasks"u8);
            foreach (var (server, task) in lists.SelectMany(list => list))
                Write(json, task, id => expose(server, id));
            json.WriteEndArray();
        }));
    }

    public static Reply NotFound(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope) =>
        Reply.Error(message, envelope, JsonRpcErrorCode.InvalidParams, $"Task not found: {envelope.TaskId.Of(message).ToText()}.");

    private static Reply Undeclared(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope, GatewayServer server) =>
        Reply.Error(message, envelope, JsonRpcErrorCode.MethodNotFound, $"Server '{server.Id}' has no tasks in the revision that this client speaks.");

    private static bool Passes(GatewayClient client, UpstreamConnection connection) => client.Era == ProtocolEra.Modern ? connection.Server.HasToolTasks : connection.Server.HasTasks && connection.Server.Era == client.Era;

    private static async Task<List<(GatewayServer Server, JsonElement Task)>> ReadAsync(Session session, GatewayServer server)
    {
        var tasks = new List<(GatewayServer, JsonElement)>();
        var isOwn = server.NeedsOwnProcess(session);
        var connection = isOwn ? session.LiveConnection(server) : server.Run?.Connection;
        if (connection is null || !Passes(session, connection))
            return tasks;
        try
        {
            var parameters = Array.Empty<byte>();
            for (var page = 0; page < MostPages; page++)
            {
                var result = await connection.RequestAsync("tasks/list", parameters, ListTimeout, CancellationToken.None).ConfigureAwait(false);
                var root = JsonDocument.Parse(result).RootElement;
                if (root.TryGetProperty("tasks"u8, out var items) && items.ValueKind == JsonValueKind.Array)
                    tasks.AddRange(items.EnumerateArray().Where(item => IdOf(item) is { } id && (isOwn || server.Tasks.IsOf(id, session))).Select(item => (server, item)));
                if (!root.TryGetProperty("nextCursor"u8, out var cursor) || cursor.ValueKind != JsonValueKind.String)
                    break;
                parameters = JsonRpcWriter.Object(json => json.WriteString("cursor"u8, cursor.GetString()));
            }
        }
        catch (Exception failure) when (failure is UpstreamErrorException or LinkClosedException or JsonException)
        {
            // A server that cannot list has no tasks to show; those of the others are shown all the same.
        }

        return tasks;
    }

    private static string? IdOf(JsonElement task) =>
        task.ValueKind == JsonValueKind.Object && task.TryGetProperty("taskId"u8, out var id) && id.ValueKind == JsonValueKind.String ? id.GetString() : null;

    private static void Write(Utf8JsonWriter json, JsonElement task, Func<string, string> expose)
    {
        json.WriteStartObject();
        foreach (var member in task.EnumerateObject())
        {
            if (member.NameEquals("taskId"u8))
                json.WriteString("taskId"u8, expose(IdOf(task)!));
            else
                member.WriteTo(json);
        }

        json.WriteEndObject();
    }
}
