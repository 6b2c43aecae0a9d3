using System.Text.Json;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway.Tasks;

/// <summary>How tasks are declared: by a capability in 2025-11-25, by an extension in the modern era.</summary>
internal static class TaskCapability
{
    /// <summary>
    /// Refuses what is for those alone who declare the extension.
    /// See <see href="https://modelcontextprotocol.io/extensions/tasks/overview"/>.
    /// </summary>
    public static Reply RefuseUndeclared(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope) => Reply.Error(
        message, envelope, JsonRpcErrorCode.MissingRequiredClientCapability, $"Missing required client capability: the extension {ProtocolRevisions.TasksExtension}.", WriteRequired);

    /// <summary>Writes the data of that error: <c>requiredCapabilities</c>.</summary>
    public static void WriteRequired(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WritePropertyName("requiredCapabilities"u8);
        json.WriteRawValue($$$$"""{"extensions":{"{{{{ProtocolRevisions.TasksExtension}}}}":{}}}""");
        json.WriteEndObject();
    }

    /// <summary>Writes the member <c>tasks</c>: what servers that make tasks of calls can do with them.</summary>
    public static void Write(Utf8JsonWriter json)
    {
        json.WritePropertyName("tasks"u8);
        json.WriteRawValue("""{"list":{},"cancel":{},"requests":{"tools":{"call":{}}}}"""u8);
    }
}
