using System.Text.Json;
using System.Text.Json.Serialization;

namespace Steward.Server.Api;

/// <summary>A tool as the API lists it.</summary>
/// <param name="Server">The server that offers it.</param>
/// <param name="Name">The server's own name for it.</param>
/// <param name="ExposedName">Its name on the merged endpoint; absent where clients cannot reach the server (gateway.allowedServers).</param>
/// <param name="Tool">The tool as the server describes it.</param>
internal sealed record ToolEntry(string Server, string Name, string? ExposedName, JsonElement Tool)
{
    /// <summary>What the server says of it, where it says something.</summary>
    [JsonIgnore]
    public string? Description =>
        Tool.ValueKind == JsonValueKind.Object && Tool.TryGetProperty("description", out var description) && description.ValueKind == JsonValueKind.String
            ? description.GetString()
            : null;
}
