using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway.Tasks;

/// <summary>What a request has to do with tasks: it may begin one, or asks for one.</summary>
/// <param name="server">Whose tasks these are.</param>
/// <param name="exposesIds">Whether clients know the tasks by ids that name the server.</param>
internal sealed class TaskRelation(GatewayServer server, bool exposesIds)
{
    /// <summary>What the server calls the task that is asked for.</summary>
    public string? TaskId { get; init; }

    /// <summary>The relation of a request; <see langword="null"/> for those that have nothing to do with tasks.</summary>
    /// <param name="client">Whose request it is.</param>
    /// <param name="server">Which server it is for.</param>
    /// <param name="connection">Over which connection.</param>
    /// <param name="exposesIds">Whether clients know the tasks by ids that name the server.</param>
    /// <param name="name">What the server calls what the request is about, as JSON.</param>
    /// <param name="envelope">Where the parts of the request are.</param>
    public static TaskRelation? Of(GatewayClient client, GatewayServer server, UpstreamConnection connection, bool exposesIds, byte[]? name, in JsonRpcEnvelope envelope)
    {
        var isConcerned = envelope.Method switch
        {
            McpMethod.ToolsCall => connection.Server.HasTasks && connection.Server.Era == client.Era && (client.Era == ProtocolEra.Legacy ? envelope.Task.Exists : client.Capabilities.Tasks),
            McpMethod.TasksGet or McpMethod.TasksResult or McpMethod.TasksCancel or McpMethod.TasksUpdate => true,
            _ => false,
        };
        return isConcerned ? new TaskRelation(server, exposesIds) { TaskId = envelope.TaskId.Exists ? JsonText.Read(name) : null } : null;
    }

    /// <summary>Notes a task that began with the answer, and says what is to be replaced in the answer for the client.</summary>
    public (ByteRange Part, byte[] Bytes)[] OnAnswer(Exchange exchange, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        var result = envelope.Result.Of(message);
        if (result.IsEmpty)
            return [];
        var parts = ResultParts.Parse(result);
        var isBegun = exchange.Method == McpMethod.ToolsCall && (parts.Task.Exists || parts.ResultType.Of(result).SequenceEqual("\"task\""u8));
        var range = parts.TaskId.Exists && (isBegun || exchange.Method != McpMethod.ToolsCall) ? parts.TaskId : parts.RelatedTaskId;
        if (!range.Exists || JsonText.Read(range.Of(result)) is not { } id)
            return [];
        if (isBegun)
            server.Tasks.Note(new TaskEntry(id, exchange.Owner, exchange.Connection, exchange.UpstreamId, exchange.ProgressToken));
        return exposesIds
            ? [(new ByteRange(envelope.Result.Start + range.Start, range.Length), JsonRpcWriter.String(ExposedTask.Of(server.Id, id)))]
            : [];
    }
}
