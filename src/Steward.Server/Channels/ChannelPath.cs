using Steward.Gateway;

namespace Steward.Server.Channels;

/// <summary>
/// One of the paths of WebSocket and HTTP+SSE: <c>/ws</c>, <c>/sse</c>, <c>/messages</c>, for all servers, below <c>/servers/{id}</c>
/// for one, below <c>/groups/{name}</c> for a group.
/// </summary>
/// <param name="Kind">What is there.</param>
/// <param name="Target">What a client reaches by it.</param>
internal readonly record struct ChannelPath(ChannelPathKind Kind, GatewayTarget Target)
{
    /// <summary>Where a client of HTTP+SSE posts its messages.</summary>
    public string MessagesPath => $"{Target.Path}/messages";

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
        if (kind is null || !GatewayTarget.TryParse(path.AsSpan(0, last), out var target))
            return false;
        parsed = new(kind.Value, target);
        return true;
    }
}
