namespace Steward.Server.Channels;

/// <summary>One of the paths of WebSocket and HTTP+SSE: <c>/ws</c>, <c>/sse</c>, <c>/messages</c>, for all servers or below <c>/servers/{id}</c> for one.</summary>
/// <param name="Kind">What is there.</param>
/// <param name="Server">The server's id; <see langword="null"/> for all.</param>
internal readonly record struct ChannelPath(ChannelPathKind Kind, string? Server)
{
    private const string ServersPrefix = "/servers/";

    /// <summary>Where a client of HTTP+SSE posts its messages.</summary>
    public string MessagesPath => Server is null ? "/messages" : $"{ServersPrefix}{Server}/messages";

    public static bool TryParse(string path, out ChannelPath parsed)
    {
        var last = path.LastIndexOf('/');
        ChannelPathKind? kind = path.AsSpan(Math.Max(0, last)) switch
        {
            "/ws" => ChannelPathKind.WebSocket,
            "/sse" => ChannelPathKind.Events,
            "/messages" => ChannelPathKind.Messages,
            _ => null,
        };
        parsed = default;
        if (kind is null)
            return false;
        if (last > 0 && (last <= ServersPrefix.Length || !path.StartsWith(ServersPrefix, StringComparison.Ordinal)))
            return false;
        parsed = new(kind.Value, last > 0 ? path[ServersPrefix.Length..last] : null);
        return true;
    }
}
