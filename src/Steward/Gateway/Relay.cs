using Steward.Configuration;
using Steward.Supervision;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway;

/// <summary>Sends a client's request on to the server that it is for.</summary>
internal sealed class Relay(GatewayLimits limits, UpstreamHost host)
{
    /// <summary>Relays a request.</summary>
    /// <param name="session">Whose request it is.</param>
    /// <param name="server">Which server it is for.</param>
    /// <param name="message">The request; it must stay as it is until the task has completed.</param>
    /// <param name="envelope">Where its parts are.</param>
    /// <param name="name">What replaces its name or URI, as JSON; <see langword="null"/> leaves it.</param>
    public ValueTask<Reply> SendAsync(Session session, GatewayServer server, ReadOnlyMemory<byte> message, JsonRpcEnvelope envelope, byte[]? name = null)
    {
        if (!session.Rate.TryTake(limits.CallsPerMinute))
        {
            return new(Reply.Error(message.Span, envelope, JsonRpcErrorCode.LimitReached,
                $"This session has made {limits.CallsPerMinute} calls within the minute (gateway.limits.callsPerMinute)."));
        }

        session.MarkUsed(server);
        if (server.NeedsOwnProcess(session))
            return SendOwnAsync(session, server, message, envelope, name);
        return new(server.Run is { } run
            ? Send(session, server, run.Connection, message, envelope, name)
            : Reply.Error(message.Span, envelope, JsonRpcErrorCode.ServerUnavailable, Unavailable(server.Status, host.Time)));
    }

    /// <summary>The connection over which a session reaches a server.</summary>
    /// <exception cref="ServerLaunchException">It has none now.</exception>
    public async ValueTask<UpstreamConnection> ConnectAsync(Session session, GatewayServer server)
    {
        session.MarkUsed(server);
        if (server.NeedsOwnProcess(session))
            return (await session.OwnProcessOf(server, host).GetAsync().ConfigureAwait(false)).Connection;
        return server.Run?.Connection ?? throw new ServerLaunchException(Unavailable(server.Status, host.Time));
    }

    /// <summary>Why a server cannot be called, and what will happen, in words.</summary>
    public static string Unavailable(ServerStatus status, TimeProvider clock)
    {
        var next = status.State switch
        {
            ServerState.Restarting when status.NextRetryAt is { } at => $"it is started again in {Math.Max(0, (at - clock.GetUtcNow()).TotalSeconds):0.#} s",
            ServerState.Starting => "it is starting: try again in a moment",
            ServerState.Disabled => "it is disabled in the configuration",
            ServerState.Running or ServerState.Stopping or ServerState.Restarting => "it is being restarted or stopped",
            _ => $"'steward start {status.Id}' starts it",
        };
        return $"Server '{status.Id}' is {status.State}{(status.LastError is { } error ? $" ({error})" : "")}; {next}.";
    }

    private async ValueTask<Reply> SendOwnAsync(Session session, GatewayServer server, ReadOnlyMemory<byte> message, JsonRpcEnvelope envelope, byte[]? name)
    {
        try
        {
            var upstream = await session.OwnProcessOf(server, host).GetAsync().ConfigureAwait(false);
            return Send(session, server, upstream.Connection, message, envelope, name);
        }
        catch (ServerLaunchException failure)
        {
            return Reply.Error(message.Span, envelope, JsonRpcErrorCode.ServerUnavailable, failure.Message);
        }
    }

    private Reply Send(Session session, GatewayServer server, UpstreamConnection connection, ReadOnlyMemory<byte> message, JsonRpcEnvelope envelope, byte[]? name)
    {
        var exchange = new Exchange(session, connection, server.Config.RequestTimeout, message.Span, envelope);
        if (!session.TryAdd(exchange, limits.CallsInFlight))
        {
            exchange.Refuse();
            return Reply.Error(message.Span, envelope, JsonRpcErrorCode.LimitReached, session.HasEnded
                ? "This session has ended."
                : $"This session has {limits.CallsInFlight} calls in flight already (gateway.limits.callsInFlight).");
        }

        connection.Call(exchange, message.Span, envelope, name);
        return Reply.Of(exchange);
    }
}
