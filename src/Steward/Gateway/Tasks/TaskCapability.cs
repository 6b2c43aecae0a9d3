using System.Text.Json;

namespace Steward.Gateway.Tasks;

/// <summary>How tasks are declared to sessions of 2025-11-25.</summary>
internal static class TaskCapability
{
    /// <summary>Writes the member <c>tasks</c>: what servers that make tasks of calls can do with them.</summary>
    public static void Write(Utf8JsonWriter json)
    {
        json.WritePropertyName("tasks"u8);
        json.WriteRawValue("""{"list":{},"cancel":{},"requests":{"tools":{"call":{}}}}"""u8);
    }
}
