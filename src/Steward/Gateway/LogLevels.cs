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
    // A server that takes longer is set all the same, but its clients do not wait for it.
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(3);

    /// <summary>Answers a client's <c>logging/setLevel</c> once its servers have taken it: what they log from then on obeys it.</summary>
    public async ValueTask<Reply> SetAsync(Session session, ReadOnlyMemory<byte> message, JsonRpcEnvelope envelope)
    {
        if (LogSeverities.Parse(envelope.Level.Of(message.Span)) is not { } level)
        {
            return Reply.Error(message.Span, envelope, JsonRpcErrorCode.InvalidParams,
                "params.level must be one of debug, info, notice, warning, error, critical, alert, emergency.");
        }

        session.LogLevel = level;
        await Task.WhenAll(servers.All
            .Where(session.Endpoint.Serves)
            .Select(server => server.Run is { } run ? ApplyAsync(server, run) : Task.CompletedTask)).ConfigureAwait(false);
        return Reply.Result(message.Span, envelope, "{}"u8);
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
