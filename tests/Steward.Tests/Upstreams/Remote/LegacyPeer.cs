namespace Steward.Tests.Upstreams.Remote;

/// <summary>A server of the legacy era as far as a handshake goes; the rest is the test's.</summary>
internal static class LegacyPeer
{
    /// <summary>Starts one that gives each session a number.</summary>
    /// <param name="serve">Answers everything but the handshake.</param>
    /// <param name="listen">Answers GET; refuses where absent.</param>
    public static Task<RemotePeer> StartAsync(Func<PeerRequest, Task> serve, Func<PeerRequest, Task>? listen = null)
    {
        var sessions = 0;
        return RemotePeer.StartAsync(request =>
        {
            if (request is { Verb: "GET" })
                return listen?.Invoke(request) ?? request.RespondAsync(405);
            if (request is { Verb: "DELETE" or "HEAD" })
                return request.RespondAsync(405);
            switch (request.Method)
            {
                case "initialize":
                    request.Context.Response.Headers["Mcp-Session-Id"] = $"session-{Interlocked.Increment(ref sessions)}";
                    return request.AnswerAsync("""{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"far","version":"1"}}""");
                case "notifications/initialized":
                    return request.RespondAsync(202);
                default:
                    return serve(request);
            }
        });
    }
}
