using System.Net.Http.Headers;
using System.Text.Json;
using Steward.Wire;

namespace Steward.Upstreams.Remote;

/// <summary>
/// What a request of the modern era repeats of itself in headers.
/// See <see href="https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#request-metadata"/>.
/// </summary>
internal static class ModernHeaders
{
    public static void Add(HttpRequestHeaders headers, OutgoingMessage message, ToolHeaderTable tools)
    {
        var envelope = message.Envelope;
        headers.TryAddWithoutValidation(RemoteHeaders.ProtocolVersion, message.Text(envelope.ProtocolVersion));
        headers.TryAddWithoutValidation(RemoteHeaders.Method, message.Text(envelope.MethodName));
        if (!HasName(envelope.Method) || message.Text(envelope.Target) is not { } name)
            return;

        headers.TryAddWithoutValidation(RemoteHeaders.Name, HeaderValue.Encode(name));
        if (envelope.Method == McpMethod.ToolsCall && envelope.Arguments.Exists && tools.Find(name) is { Count: > 0 } marked)
            AddParameters(headers, message.Part(envelope.Arguments), marked);
    }

    /// <summary>The last three are those of the extension for tasks, which names the task there.</summary>
    private static bool HasName(McpMethod method) => method is McpMethod.ToolsCall or McpMethod.PromptsGet or McpMethod.ResourcesRead
        or McpMethod.TasksGet or McpMethod.TasksUpdate or McpMethod.TasksCancel;

    private static void AddParameters(HttpRequestHeaders headers, ReadOnlyMemory<byte> arguments, IReadOnlyList<ToolHeader> marked)
    {
        using var document = JsonDocument.Parse(arguments, new JsonDocumentOptions { MaxDepth = JsonRpcEnvelope.ReaderOptions.MaxDepth });
        foreach (var header in marked)
        {
            if (Find(document.RootElement, header.Path) is { } value && HeaderValue.FromJson(value) is { } text)
                headers.TryAddWithoutValidation(header.Name, text);
        }
    }

    private static JsonElement? Find(JsonElement value, IReadOnlyList<string> path)
    {
        foreach (var name in path)
        {
            if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(name, out value))
                return null;
        }

        return value;
    }
}
