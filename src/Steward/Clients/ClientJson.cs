using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using ModelContextProtocol;

namespace Steward.Clients;

/// <summary>Between the SDK's types and JSON.</summary>
internal static class ClientJson
{
    /// <exception cref="JsonException">It is no such thing.</exception>
    public static T Read<T>(JsonNode? node)
        where T : class =>
        (node ?? new JsonObject()).Deserialize(TypeOf<T>()) ?? throw new JsonException($"{typeof(T).Name} is missing.");

    public static JsonNode? Write<T>(T value)
        where T : class => JsonSerializer.SerializeToNode(value, TypeOf<T>());

    /// <summary>How the SDK reads and writes one of its types.</summary>
    public static JsonTypeInfo<T> TypeOf<T>() => (JsonTypeInfo<T>)McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(T));
}
