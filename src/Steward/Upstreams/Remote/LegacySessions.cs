using System.Text.Json;

namespace Steward.Upstreams.Remote;

/// <summary>
/// The session with a server of the legacy era. Remembers how it was opened, and opens it again when the server has forgotten
/// it: once for all requests that notice.
/// </summary>
internal sealed class LegacySessions(RemoteEndpoint endpoint, CancellationToken lifetime)
{
    private readonly Lock _gate = new();
    private volatile LegacySession? _current;
    private OutgoingMessage? _initialize;
    private OutgoingMessage? _initialized;
    private LegacySession? _expired;
    private Task<LegacySession>? _renewal;

    /// <summary>The session; <see langword="null"/> before the handshake, and for ever where there is none.</summary>
    public LegacySession? Current => _current;

    /// <summary>Called when a session has begun, also again: what the server says on its own can be listened to.</summary>
    public required Action<LegacySession> Opened { get; init; }

    /// <summary>Called, with the reason, when an expired session could not be opened again.</summary>
    public required Action<string> Lost { get; init; }

    /// <summary>Called when a session was opened again: the server knows nothing of the one before.</summary>
    public required Func<ValueTask> Renewed { get; init; }

    /// <summary>The server has answered <c>initialize</c>.</summary>
    public void Begin(OutgoingMessage initialize, HttpResponseMessage response, ReadOnlySpan<byte> result)
    {
        lock (_gate)
        {
            _initialize = initialize;
            _current = new LegacySession(LegacySession.IdOf(response), RevisionOf(result));
        }
    }

    /// <summary>The server has taken <c>notifications/initialized</c>.</summary>
    public void Confirm(OutgoingMessage initialized)
    {
        LegacySession? session;
        lock (_gate)
            (_initialized, session) = (initialized, _current);
        if (session is not null)
            Opened(session);
    }

    /// <summary>A session in place of one that the server does not know any more.</summary>
    /// <exception cref="RemoteRefusalException">The server does not open another.</exception>
    public async Task<LegacySession> RenewAsync(LegacySession expired, CancellationToken cancellationToken)
    {
        Task<LegacySession> renewal;
        lock (_gate)
        {
            if (_current is { } current && current != expired)
                return current; // another request was first
            if (_expired != expired)
                (_expired, _renewal) = (expired, Task.Run(() => RenewOnceAsync(expired), CancellationToken.None));
            renewal = _renewal!;
        }

        return await renewal.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<LegacySession> RenewOnceAsync(LegacySession expired)
    {
        try
        {
            using var limit = endpoint.Within(RemoteEndpoint.Patience, lifetime);
            var session = await OpenAgainAsync(expired, limit.Token).ConfigureAwait(false);
            endpoint.Logger.SessionRenewed(endpoint.ServerId);
            lock (_gate)
                _current = session;
            Opened(session);
            await Renewed().ConfigureAwait(false);
            return session;
        }
        catch (Exception failure) // whatever it is: without a session the link is of no use
        {
            var reason = RemoteFailure.Describe(endpoint.Url, failure);
            Lost($"forgot the session, and opens no other: {reason}");
            throw new RemoteRefusalException($"the session expired and could not be opened again: {reason}");
        }
    }

    private async Task<LegacySession> OpenAgainAsync(LegacySession expired, CancellationToken cancellationToken)
    {
        var (initialize, initialized) = (_initialize!, _initialized);
        using var response = await PostAsync(initialize, session: null, cancellationToken).ConfigureAwait(false);
        if (!MessageReader.CanRead(response))
            throw new RemoteRefusalException(RemoteFailure.Describe(endpoint.Url, response), response.StatusCode);
        var revision = RevisionOf(await RemoteAnswer.ReadResultAsync(response, initialize, cancellationToken).ConfigureAwait(false));
        if (revision != expired.Revision)
            throw new RemoteRefusalException($"it speaks revision '{revision}' now, no longer '{expired.Revision}'");

        var session = new LegacySession(LegacySession.IdOf(response), revision);
        if (initialized is not null)
            (await PostAsync(initialized, session, cancellationToken).ConfigureAwait(false)).Dispose();
        return session;
    }

    private async Task<HttpResponseMessage> PostAsync(OutgoingMessage message, LegacySession? session, CancellationToken cancellationToken)
    {
        using var request = RemoteEndpoint.Post(endpoint.Url, message.Body);
        session?.AddTo(request.Headers);
        var response = await endpoint.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw new RemoteRefusalException(RemoteFailure.Describe(endpoint.Url, response), response.StatusCode);
    }

    private static string RevisionOf(ReadOnlySpan<byte> result)
    {
        try
        {
            return result.IsEmpty ? "" : HandshakeResult.Read(result.ToArray()).Revision;
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            return ""; // the handshake says what is wrong with it
        }
    }
}
