using Steward.Agents;
using Steward.Configuration;
using Steward.Gateway.Rounds;
using Steward.Gateway.Tasks;
using Steward.Gateway.Waiting;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway;

/// <summary>
/// Makes a request again, once, that its server was at work on when it went away, where doing it twice is like doing it once
/// (<see cref="ServerReplayMode.WhenAnnotated"/>). It waits in the server's line as calls do that come while the server is started again.
/// </summary>
/// <param name="relay">Says how the server is.</param>
/// <param name="server">The server.</param>
/// <param name="message">The request as it was sent; the front's bytes may be gone by then.</param>
/// <param name="name">What replaces its name or URI, as JSON.</param>
internal sealed class Replay(Relay relay, GatewayServer server, byte[] message, byte[]? name)
{
    private int _isBegun;

    /// <summary>
    /// How a request is made again; <see langword="null"/> where it may not be: nobody wants that of the server, it might do harm, or it is a
    /// program's that embeds the servers. That makes its calls again itself, by what it says with each.
    /// </summary>
    public static Replay? Of(Relay relay, GatewayServer server, Exchange exchange, ReadOnlyMemory<byte> message, in JsonRpcEnvelope envelope, byte[]? name) =>
        server.Config.Replay != ServerReplayMode.Never && exchange is { Task: null, Owner.Channel: not { IsWithinProcess: true } } and not TaskExchange
        && server.Run is { } run && MayBeRepeated(run, exchange.Method, name ?? envelope.Name.Of(message.Span))
            ? new Replay(relay, server, message.ToArray(), name)
            : null;

    /// <summary>Whether it has come to that: the server may have done what was asked for.</summary>
    public bool HasBegun => Volatile.Read(ref _isBegun) != 0;

    /// <summary>Has the request wait for the server's next run.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="reason">Why the server is gone.</param>
    /// <returns>Whether it does: not where it was made again already, or the server does not come back in time.</returns>
    public bool TryBegin(Exchange exchange, string reason)
    {
        if (Interlocked.Exchange(ref _isBegun, 1) != 0 || server.Config.QueueTimeout <= TimeSpan.Zero)
            return false;
        server.Line.NoteGone(exchange.Connection);
        return relay.IsThereInTime(server)
            && new NextRun(relay, server).TryAwait(exchange, reason, "It was to be made again (replay)", next => TrySend(exchange, next));
    }

    private static bool MayBeRepeated(UpstreamRun run, McpMethod method, ReadOnlySpan<byte> name) => method switch
    {
        McpMethod.ResourcesRead or McpMethod.PromptsGet or McpMethod.CompletionComplete
            or McpMethod.ToolsList or McpMethod.PromptsList or McpMethod.ResourcesList or McpMethod.ResourcesTemplatesList => true,
        // What the server says of it is for the operator to trust, who has switched this on.
        McpMethod.ToolsCall => ToolSafety.Of(run, JsonText.Read(name) ?? "").IsIdempotent,
        _ => false,
    };

    private bool TrySend(Exchange exchange, UpstreamConnection next)
    {
        if (next.Server.Era != exchange.Connection.Server.Era)
            return false; // that would want another message
        if (!exchange.TryMoveTo(next))
            return true; // it has been given up meanwhile
        if (!next.Call(exchange, message, JsonRpcEnvelope.Parse(message), name, new RequestAdditions(exchange is RoundsExchange rounds ? rounds.Meta : default, default)))
            return false; // it must be alone, and would not be
        if (exchange.HasEnded)
            next.Cancel(exchange, "The request was cancelled."); // meanwhile, when the server did not know it yet
        relay.NoteReplayed(server, exchange.Method);
        return true;
    }
}
