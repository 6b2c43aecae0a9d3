using System.Globalization;
using System.Text;
using Steward.Catalog;
using Steward.Gateway.Parking;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway.Tasks;

/// <summary>A call of a modern client that is made as a task at its legacy server: what becomes of the task that the server makes of it.</summary>
/// <param name="Tasks">Where tasks are kept for clients.</param>
/// <param name="Server">The server.</param>
/// <param name="IsForClient">Whether the client gets the task; else its call waits for what comes of it.</param>
/// <param name="ExposesIds">Whether clients know tasks by ids that name the server.</param>
internal sealed record TaskCall(BridgedTasks Tasks, GatewayServer Server, bool IsForClient, bool ExposesIds)
{
    /// <summary>What makes a call one for a task, a member of its parameters. Servers may keep the task for less.</summary>
    public static byte[] Parameter { get; } = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\"task\":{{\"ttl\":{(long)BridgedTasks.Life.TotalMilliseconds}}}"));

    /// <summary>Whether a client's call of a tool is made as a task, and for whom; <see langword="null"/> where it is not.</summary>
    /// <param name="client">Who calls.</param>
    /// <param name="server">Whose tool it is.</param>
    /// <param name="connection">The way to it.</param>
    /// <param name="name">The tool as the server calls it, as JSON.</param>
    public static bool? IsForTask(ModernClient client, GatewayServer server, UpstreamConnection connection, ReadOnlySpan<byte> name)
    {
        if (SupportOf(server, connection, name) is not { } support)
            return null;
        // Where both sides can do either, a task is what outlives a connection.
        return client.Capabilities.Tasks ? true : support == TaskSupport.Required ? false : null;
    }

    /// <summary>Whether a legacy server does a tool as a task only.</summary>
    /// <param name="server">Whose tool it is.</param>
    /// <param name="connection">The way to it.</param>
    /// <param name="name">The tool as the server calls it, as JSON.</param>
    public static bool IsRequired(GatewayServer server, UpstreamConnection connection, ReadOnlySpan<byte> name) =>
        SupportOf(server, connection, name) == TaskSupport.Required;

    /// <summary>What a legacy server says of a tool that it can do as a task; <see langword="null"/> for all others.</summary>
    private static TaskSupport? SupportOf(GatewayServer server, UpstreamConnection connection, ReadOnlySpan<byte> name) =>
        connection.Server.HasToolTasks && connection.Server.Era == ProtocolEra.Legacy && server.Offered.TaskTools is { Count: > 0 } tools
            && JsonText.Read(name) is { } tool && tools.TryGetValue(tool, out var support) ? support : null;

    /// <summary>Takes the server's answer, which may be a task.</summary>
    /// <param name="exchange">The call.</param>
    /// <param name="message">The answer.</param>
    /// <param name="envelope">Where its parts are.</param>
    /// <param name="awaited">The task for which the call waits; then there is nothing to answer yet.</param>
    /// <returns>The answer to give in its place; <see langword="null"/> where there is none other.</returns>
    public byte[]? Take(ParkableExchange exchange, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope, out AwaitedTask? awaited)
    {
        awaited = null;
        var result = envelope.Result.Of(message);
        if (result.IsEmpty || ResultParts.Parse(result) is not { Task.Exists: true } parts || JsonText.Read(parts.TaskId.Of(result)) is not { } id)
            return null;
        if (!IsForClient)
        {
            awaited = AwaitedTask.Begin(exchange, Tasks.Keepers, id);
            return null;
        }

        var state = TaskState.Read(parts.Task.Of(result), exchange.Asker.Clock) ?? TaskState.Begin(exchange.Asker.Clock);
        var task = new BridgedTask(Tasks, Server, exchange.Asker, exchange.Connection, id, state);
        Server.Tasks.Note(new TaskEntry(id, exchange.Asker, exchange.Connection, exchange.UpstreamId, []));
        Tasks.Add(task);
        task.AskForResult();
        if (exchange.IsCancelled)
            BridgedTask.CancelAt(exchange.Connection, id); // its client will never hear of it
        return JsonRpcWriter.Result(envelope.Id.Of(message), task.WriteCreated(ExposesIds ? ExposedTask.Of(Server.Id, id) : id));
    }
}
