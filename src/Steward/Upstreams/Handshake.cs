using System.Text.Json;
using Steward.Configuration;
using Steward.Supervision;
using Steward.Wire;

namespace Steward.Upstreams;

/// <summary>
/// Opens the conversation with a server: finds out of which era it is, unless that is configured or remembered, and begins as
/// that era does. See <see href="https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/stdio#backward-compatibility"/>.
/// </summary>
internal sealed class Handshake(UpstreamConnection connection, Introduction introduction, ServerConfig config, EraMemory memory, TimeProvider time)
{
    /// <summary>How long a child that has taken the probe in may keep silent before it is asked in the other way as well.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(400);

    /// <summary>The same of a server that is far away, or that is known to be of the modern era.</summary>
    public static readonly TimeSpan LongPatience = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(20);

    /// <summary>Whether the server has been asked by <c>server/discover</c> and has said nothing to that yet.</summary>
    public bool IsProbing { get; private set; }

    /// <summary>Shakes hands. The caller's token bounds it.</summary>
    /// <exception cref="ServerLaunchException">The server refused, or speaks no revision that we know.</exception>
    public async Task<HandshakeResult> PerformAsync(CancellationToken cancellationToken)
    {
        try
        {
            return config.Lifecycle switch
            {
                ServerLifecycle.Initialize => await InitializeAsync(cancellationToken).ConfigureAwait(false),
                ServerLifecycle.Discover => await DiscoverAsync(cancellationToken).ConfigureAwait(false),
                _ when memory.Find(config) == ProtocolEra.Legacy => await InitializeOrDiscoverAsync(cancellationToken).ConfigureAwait(false),
                _ => await ProbeAsync(cancellationToken).ConfigureAwait(false),
            };
        }
        catch (UpstreamErrorException error)
        {
            throw new ServerLaunchException($"Server '{connection.ServerId}' failed in the handshake: {error.Message}", innerException: error);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException) // the latter: half a surrogate pair
        {
            throw new ServerLaunchException($"Server '{connection.ServerId}' answered the handshake with what cannot be read: {error.Message}", innerException: error);
        }
    }

    private async Task<HandshakeResult> DiscoverAsync(CancellationToken cancellationToken)
    {
        var answer = await ReadOrAskAgainAsync(BeginDiscover(), cancellationToken).ConfigureAwait(false);
        if (answer.Discovery is { } discovery)
            return Accept(discovery);
        throw Refused(answer.Refusal ?? $"does not speak protocol revision {ProtocolRevisions.Modern}; remove lifecycle, or set it to initialize");
    }

    /// <summary>A server that was of the legacy era when it was last started. One that is not any more answers with an error.</summary>
    private async Task<HandshakeResult> InitializeOrDiscoverAsync(CancellationToken cancellationToken)
    {
        UpstreamErrorException refused;
        try
        {
            return await InitializeAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (UpstreamErrorException error) when (error.IsAnswer || error.Status > 0)
        {
            refused = error;
            memory.Forget(config);
        }

        var discover = BeginDiscover();
        if (await IsAnsweredInTimeAsync(discover, cancellationToken).ConfigureAwait(false)
            && await ReadAsync(discover, cancellationToken).ConfigureAwait(false) is { Discovery: { } discovery })
            return Accept(discovery);
        connection.Forget(discover);
        throw refused;
    }

    private async Task<HandshakeResult> ProbeAsync(CancellationToken cancellationToken)
    {
        var discover = BeginDiscover();
        if (!await IsAnsweredInTimeAsync(discover, cancellationToken).ConfigureAwait(false))
            return await AskBothWaysAsync(discover, cancellationToken).ConfigureAwait(false);

        var answer = await ReadOrAskAgainAsync(discover, cancellationToken).ConfigureAwait(false);
        if (answer.Discovery is { } discovery)
            return Accept(discovery);
        memory.Forget(config);
        if (answer.Refusal is { } refusal)
            throw Refused(refusal);
        var result = await InitializeAsync(cancellationToken).ConfigureAwait(false);
        if (answer.IsCertain)
            memory.Keep(config, ProtocolEra.Legacy);
        return result;
    }

    /// <summary>
    /// The server keeps silent: one of the legacy era that ignores what it does not know, or one that needs longer. The answer to
    /// <c>initialize</c> decides: a server of both eras that takes it in serves this process in the legacy one from then on.
    /// </summary>
    private async Task<HandshakeResult> AskBothWaysAsync(ControlCall discover, CancellationToken cancellationToken)
    {
        var initialize = Begin("initialize", introduction.Initialize);
        try
        {
            await Task.WhenAny(discover.Result, initialize.Result).WaitAsync(cancellationToken).ConfigureAwait(false);
            var discovery = await FindDiscoveryAsync(discover).ConfigureAwait(false);
            if (discovery is null)
                await ((Task)initialize.Result).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            else
                await WaitAsync(initialize, PatienceNow, cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();

            if (initialize.Result.IsCompletedSuccessfully)
            {
                var result = await AcceptAsync(initialize.Result.Result).ConfigureAwait(false);
                // The next start need not come to this.
                memory.Keep(config, await FindDiscoveryAsync(discover).ConfigureAwait(false) is null ? ProtocolEra.Legacy : ProtocolEra.Modern);
                return result;
            }

            if (discovery is null && initialize.Result.IsFaulted)
                await WaitAsync(discover, LongPatience, cancellationToken).ConfigureAwait(false); // some answer in another order than they were asked, and nothing else is left to hope for
            discovery ??= await FindDiscoveryAsync(discover).ConfigureAwait(false);
            return discovery is not null ? Accept(discovery) : await AcceptAsync(await initialize.Result.ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (IsProbing && connection.HasRead == true)
        {
            memory.Keep(config, ProtocolEra.Legacy); // it took the probe in and has been dumb since: next time without
            throw;
        }
        finally
        {
            connection.Forget(discover);
            connection.Forget(initialize);
        }
    }

    private async Task<HandshakeResult> InitializeAsync(CancellationToken cancellationToken)
    {
        var initialize = Begin("initialize", introduction.Initialize);
        try
        {
            return await AcceptAsync(await initialize.Result.WaitAsync(cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        }
        finally
        {
            connection.Forget(initialize); // the specification forbids to cancel it: whoever gives it up closes the connection
        }
    }

    private async Task<HandshakeResult> AcceptAsync(byte[] initialized)
    {
        var result = HandshakeResult.Read(initialized);
        if (!ProtocolRevisions.IsLegacy(result.Revision))
            throw Refused($"wants protocol revision '{result.Revision}'; Steward knows {string.Join(", ", ProtocolRevisions.Legacy)}");
        connection.Server = result;
        try
        {
            await connection.SendAsync(JsonRpcWriter.Notification("notifications/initialized")).ConfigureAwait(false);
        }
        catch (LinkClosedException closed)
        {
            throw new ServerLaunchException($"Server '{connection.ServerId}' ended right after the handshake: {closed.Message}", innerException: closed);
        }

        return result;
    }

    private HandshakeResult Accept(HandshakeResult discovery)
    {
        (connection.Server, connection.Meta) = (discovery, introduction.Meta);
        if (config.Lifecycle == ServerLifecycle.Auto)
            memory.Keep(config, ProtocolEra.Modern);
        return discovery;
    }

    private ControlCall BeginDiscover()
    {
        IsProbing = true;
        return Begin("server/discover", JsonRpcWriter.Object(json =>
        {
            json.WritePropertyName("_meta"u8);
            json.WriteRawValue([(byte)'{', .. introduction.Meta.Span, (byte)'}']);
        }));
    }

    private ControlCall Begin(string method, ReadOnlyMemory<byte> parameters)
    {
        var call = new ControlCall(Timeout.InfiniteTimeSpan); // the caller's token bounds the whole of it
        connection.Send(call, method, parameters.Span);
        return call;
    }

    private TimeSpan PatienceNow => config.Transport != ServerTransport.Stdio || memory.Find(config) == ProtocolEra.Modern ? LongPatience : Patience;

    /// <summary>A server that has not even taken the probe in is still starting, which says nothing of its era and may take its time.</summary>
    private async Task<bool> IsAnsweredInTimeAsync(ControlCall discover, CancellationToken cancellationToken)
    {
        while (connection.HasRead == false)
        {
            if (await WaitAsync(discover, Glance, cancellationToken).ConfigureAwait(false))
                return true;
        }

        return await WaitAsync(discover, PatienceNow, cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> WaitAsync(ControlCall call, TimeSpan atMost, CancellationToken cancellationToken)
    {
        await ((Task)call.Result).WaitAsync(atMost, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        return call.Result.IsCompleted;
    }

    /// <summary>What the server says of itself in an answer that has come; <see langword="null"/> where it is none of the modern era.</summary>
    private async Task<HandshakeResult?> FindDiscoveryAsync(ControlCall discover)
    {
        if (!discover.Result.IsCompleted)
            return null;
        try
        {
            return (await ReadAsync(discover, CancellationToken.None).ConfigureAwait(false)).Discovery;
        }
        catch (UpstreamErrorException)
        {
            return null; // the server is gone: the other answer says so as well
        }
    }

    private async Task<DiscoverAnswer> ReadOrAskAgainAsync(ControlCall discover, CancellationToken cancellationToken)
    {
        var answer = await ReadAsync(discover, cancellationToken).ConfigureAwait(false);
        return answer.IsContradiction ? await ReadAsync(BeginDiscover(), cancellationToken).ConfigureAwait(false) : answer;
    }

    private async Task<DiscoverAnswer> ReadAsync(ControlCall discover, CancellationToken cancellationToken)
    {
        try
        {
            var result = await discover.Result.WaitAsync(cancellationToken).ConfigureAwait(false);
            IsProbing = false;
            return DiscoverAnswer.Read(result);
        }
        catch (UpstreamErrorException error)
        {
            IsProbing &= !error.IsAnswer;
            return DiscoverAnswer.Read(error);
        }
    }

    private ServerLaunchException Refused(string what) => new($"Server '{connection.ServerId}' {what}.");
}
