using Microsoft.Extensions.Logging;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway;

/// <summary>
/// A shared server can be set to one level only: it gets the most talkative that any client asked for, and each client
/// gets what it asked for.
/// </summary>
internal sealed class LogLevels(SessionTable sessions, ServerDirectory servers, ILogger logger)
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(10);

    /// <summary>Answers a client's <c>logging/setLevel</c>.</summary>
    public Reply Set(Session session, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        if (LogSeverities.Parse(envelope.Level.Of(message)) is not { } level)
        {
            return Reply.Error(message, envelope, JsonRpcErrorCode.InvalidParams,
                "params.level must be one of debug, info, notice, warning, error, critical, alert, emergency.");
        }

        session.LogLevel = level;
        foreach (var server in servers.All)
        {
            if (session.Endpoint.Serves(server) && server.Run is { } run)
                _ = ApplyAsync(server, run); // observed there: it cannot fault
        }

        return Reply.Result(message, envelope, "{}"u8);
    }

    /// <summary>Sets a server to the level that its clients want; also after each of its starts. Never faults.</summary>
    public async Task ApplyAsync(GatewayServer server, UpstreamRun run)
    {
        if (!run.Connection.Server.HasLogging || Wanted(server) is not { } level)
            return;
        try
        {
            await run.Connection.RequestAsync("logging/setLevel", JsonRpcWriter.Object(json =>
            {
                json.WritePropertyName("level"u8);
                json.WriteRawValue(level.ToJson());
            }), AnswerWithin, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is UpstreamErrorException or LinkClosedException)
        {
            logger.SetLevelFailed(server.Id, failure.Message);
        }
    }

    private LogSeverity? Wanted(GatewayServer server) => sessions.All
        .Where(session => session.LogLevel is not null && session.Endpoint.Serves(server) && !server.NeedsOwnProcess(session))
        .Min(session => session.LogLevel);
}
