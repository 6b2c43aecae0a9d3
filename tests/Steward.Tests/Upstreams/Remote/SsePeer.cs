using System.Threading.Channels;

namespace Steward.Tests.Upstreams.Remote;

/// <summary>A server of HTTP+SSE: what is posted to its second address is answered on its stream.</summary>
internal static class SsePeer
{
    /// <summary>Starts one.</summary>
    /// <param name="answer">What it says to a message; null to say nothing.</param>
    /// <param name="endpoint">What it gives as the address to post to.</param>
    /// <param name="postToFirst">The status with which it refuses what is posted to the first address.</param>
    public static async Task<RemotePeer> StartAsync(Func<PeerRequest, string?> answer, string endpoint = "/messages?session=1", int postToFirst = 405)
    {
        var latest = Channel.CreateUnbounded<string>(); // a stream whose client has just gone must not take what is for the next
        return await RemotePeer.StartAsync(async request =>
        {
            if (request is { Verb: "GET", Path: "/mcp" })
            {
                var events = Channel.CreateUnbounded<string>();
                Volatile.Write(ref latest, events);
                await request.BeginEventsAsync();
                await request.EventAsync(endpoint, type: "endpoint");
                await foreach (var message in events.Reader.ReadAllAsync(request.Gone))
                {
                    if (message == "end")
                        return;
                    await request.EventAsync(message, type: "message");
                }
            }
            else if (request is { Verb: "POST", Path: "/messages" })
            {
                await request.RespondAsync(202);
                if (answer(request) is { } message)
                    Volatile.Read(ref latest).Writer.TryWrite(message);
            }
            else
            {
                await request.RespondAsync(postToFirst);
            }
        });
    }

    /// <summary>A plain answer to anything that wants one.</summary>
    public static string? Echo(PeerRequest request) =>
        request.Method == "initialize" ? request.Result("""{"protocolVersion":"2024-11-05","capabilities":{}}""")
        : request.Json!["id"] is null ? null
        : request.Result("{}");
}
