using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway;

/// <summary>
/// A shared server can be set to one level only: it gets the most talkative that any client asked for, and each client
/// gets what it asked for. Sessions ask for a level until they say otherwise, clients of the modern era for one request.
/// </summary>
internal sealed class LogLevels(SessionTable sessions, ServerDirectory servers, TimeProvider clock, ILogger logger)
{
    // Whoever asks with one request will most likely ask with the next: the server is not set to and fro for each.
    private static readonly TimeSpan RequestsLinger = TimeSpan.FromMinutes(1);

    // A server that takes longer is set all the same, but its clients do not wait for it.
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(3);

    private readonly ConditionalWeakTable<UpstreamConnection, TalkLevel> _levels = [];

    /// <summary>Answers a client's <c>logging/setLevel</c> once its servers have taken it: what they log from then on obeys it.</summary>
    public async ValueTask<Reply> SetAsync(Session session, ReadOnlyMemory<byte> message, JsonRpcEnvelope envelope)
    {
        if (LogSeverities.Parse(envelope.Level.Of(message.Span)) is not { } level)
        {
            return Reply.Error(message.Span, envelope, JsonRpcErrorCode.InvalidParams,
                "params.level must be one of debug, info, notice, warning, error, critical, alert, emergency.");
        }

        session.LogLevel = level;
        var shared = servers.All.Where(session.Endpoint.Serves).SelectMany(server => server.Runs.Select(run => ApplyAsync(server, run)));
        var own = session.OwnConnections().Select(connection => TryTellAsync(connection, level, logger));
        await Task.WhenAll(shared.Concat(own)).ConfigureAwait(false);
        return Reply.Result(message.Span, envelope, "{}"u8);
    }

    /// <summary>Tells a server on which level to talk; <see langword="false"/> where it did not take that. Never faults.</summary>
    public static async Task<bool> TryTellAsync(UpstreamConnection connection, LogSeverity level, ILogger logger)
    {
        if (!CanBeSet(connection.Server))
            return false;
        try
        {
            await connection.RequestAsync("logging/setLevel", JsonRpcWriter.Object(json =>
            {
                json.WritePropertyName("level"u8);
                json.WriteRawValue(level.ToJson());
            }), AnswerWithin, CancellationToken.None).ConfigureAwait(false);
            return true;
        }
        catch (Exception failure) when (failure is UpstreamErrorException or LinkClosedException)
        {
            logger.SetLevelFailed(connection.ServerId, failure.Message);
            return false;
        }
    }

    /// <summary>
    /// Makes a server of the legacy era say what a request of the modern era wants to hear. Done already, as a rule: requests
    /// of one client want the same.
    /// </summary>
    public Task WantAsync(GatewayServer server, UpstreamConnection connection, LogSeverity level)
    {
        if (!CanBeSet(connection.Server))
            return Task.CompletedTask;
        // Sessions that asked for nothing rely on what servers like to say by themselves: that is never made less.
        var talk = LevelOf(connection);
        return talk.Want(level < LogSeverity.Info ? level : LogSeverity.Info, clock.GetTimestamp(), connection.Renewals)
            ? SetWantedAsync(server, connection, talk)
            : Task.CompletedTask;
    }

    /// <summary>Makes servers quiet again that nobody has wanted to hear for a while.</summary>
    public void Tend()
    {
        foreach (var (server, connection) in servers.All.SelectMany(server => server.Runs.Select(run => (server, run.Connection))))
        {
            if (!_levels.TryGetValue(connection, out var talk) || talk.Wanted is not { } wanted)
                continue;
            var before = clock.GetTimestamp() - (long)(RequestsLinger.TotalSeconds * clock.TimestampFrequency);
            if (!connection.AnyCall(call => call is ModernExchange exchange && exchange.LogLevel <= wanted) && talk.Forget(before))
                _ = talk.BringAsync(() => SetAsync(connection, talk, Wanted(server, connection) ?? LogSeverity.Info)); // never faults
        }
    }

    /// <summary>Sets a run of a server to the level that its clients want; also after each of its starts, and before it takes the place of another. Never faults.</summary>
    public Task ApplyAsync(GatewayServer server, UpstreamRun run) =>
        CanBeSet(run.Connection.Server) ? ApplyAsync(server, run.Connection, LevelOf(run.Connection)) : Task.CompletedTask;

    /// <summary>One of the modern era is told with each request.</summary>
    private static bool CanBeSet(HandshakeResult server) => server is { HasLogging: true, Era: ProtocolEra.Legacy };

    // What is wanted is looked at when it is the connection's turn: so what it is told last is what all of them want by then.
    private Task ApplyAsync(GatewayServer server, UpstreamConnection connection, TalkLevel talk) =>
        talk.BringAsync(() => SetAsync(connection, talk, Wanted(server, connection, isShared: true)));

    private Task SetWantedAsync(GatewayServer server, UpstreamConnection connection, TalkLevel talk) =>
        talk.BringAsync(() => SetAsync(connection, talk, Wanted(server, connection)));

    private async Task SetAsync(UpstreamConnection connection, TalkLevel talk, LogSeverity? wanted)
    {
        var renewals = connection.Renewals;
        if (wanted is not { } level || talk.Knows(level, renewals))
            return;
        var isTaken = await TryTellAsync(connection, level, logger).ConfigureAwait(false);
        talk.NoteSet(isTaken ? level : null, renewals);
    }

    private TalkLevel LevelOf(UpstreamConnection connection) => _levels.GetValue(connection, static _ => new TalkLevel());

    private LogSeverity? Wanted(GatewayServer server, UpstreamConnection connection) => Wanted(server, connection, server.Shares(connection));

    private LogSeverity? Wanted(GatewayServer server, UpstreamConnection connection, bool isShared)
    {
        var byRequests = LevelOf(connection).Wanted;
        if (!isShared)
            return byRequests; // a process of somebody's own
        var bySessions = sessions.All
            .Where(session => session.LogLevel is not null && session.Endpoint.Serves(server) && !server.NeedsOwnProcess(session))
            .Min(session => session.LogLevel);
        return byRequests is null || bySessions < byRequests ? bySessions : byRequests;
    }
}
