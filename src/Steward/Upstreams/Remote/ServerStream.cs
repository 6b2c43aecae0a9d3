using System.Net;

namespace Steward.Upstreams.Remote;

/// <summary>
/// Listens to what a server of the legacy era says on its own, and opens the stream again whenever it ends.
/// See <see href="https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#listening-for-messages-from-the-server"/>.
/// </summary>
internal sealed class ServerStream(LegacySession session, StreamableHttpParts parts)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private TimeSpan _pause = FirstPause;
    private TimeSpan _retry;
    private string? _lastEventId;
    private bool _hasBeenOpen;

    /// <summary>Completes when the link is closed, or when the server does not offer such a stream. Never faults.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await ListenAsync(cancellationToken).ConfigureAwait(false))
            {
                await Task.Delay(_retry > _pause ? _retry : _pause, parts.Endpoint.Time, cancellationToken).ConfigureAwait(false);
                _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The link is closed, or the session is another.
        }
        catch (Exception failure) // a bug of ours, or of a receiver: calls still work without this stream
        {
            parts.Endpoint.Logger.ServerStreamFailed(parts.Endpoint.ServerId, failure);
        }
    }

    /// <summary>Listens until the stream ends, and says whether to open it again.</summary>
    private async Task<bool> ListenAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var request = RemoteEndpoint.Get(parts.Endpoint.Url, _lastEventId);
            session.AddTo(request.Headers);
            using var response = await parts.Endpoint.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (response.IsSuccessStatusCode && RemoteEndpoint.IsEventStream(response))
            {
                await ReadAsync(response, cancellationToken).ConfigureAwait(false);
                return true;
            }

            return await JudgeAsync(response, cancellationToken).ConfigureAwait(false);
        }
        catch (RemoteRefusalException refusal) // what is between here and the server does not let the request out
        {
            parts.Endpoint.Logger.NoServerStream(parts.Endpoint.ServerId, refusal.Message);
            return false;
        }
        catch (MessageTooLargeException tooLarge)
        {
            parts.Endpoint.Logger.EventTooLarge(parts.Endpoint.ServerId, tooLarge.Message);
            _lastEventId = null; // or it would come again
            return true;
        }
        catch (Exception failure) when (RemoteFailure.IsOfNetwork(failure) && !cancellationToken.IsCancellationRequested)
        {
            parts.Vitals.Failed(); // that a stream breaks is common, and one that opens again is as good as before
            return true;
        }
    }

    private async Task ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        parts.Vitals.Answered();
        _hasBeenOpen = true;
        var reader = new MessageReader(response);
        try
        {
            await foreach (var frame in reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                _pause = FirstPause;
                await parts.Turn.DeliverAsync(frame.Memory, request: null).ConfigureAwait(false);
                frame.Return();
            }
        }
        finally
        {
            _lastEventId = reader.LastEventId ?? _lastEventId;
            _retry = reader.Retry;
        }
    }

    private async Task<bool> JudgeAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = response.StatusCode;
        if (RemoteEndpoint.IsAbsence(status))
        {
            parts.Vitals.Failed();
            return true;
        }

        parts.Vitals.Answered();
        if (_hasBeenOpen && session.Id is not null && status == HttpStatusCode.NotFound)
        {
            await RenewAsync(cancellationToken).ConfigureAwait(false);
            return false; // the next session has a stream of its own
        }

        if (status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or HttpStatusCode.Conflict or HttpStatusCode.InternalServerError)
            return true;
        if (status != HttpStatusCode.MethodNotAllowed)
            parts.Endpoint.Logger.NoServerStream(parts.Endpoint.ServerId, RemoteFailure.Describe(parts.Endpoint.Url, response));
        return false;
    }

    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        try
        {
            await parts.Sessions.RenewAsync(session, cancellationToken).ConfigureAwait(false);
        }
        catch (RemoteRefusalException)
        {
            // The link is closed for it, with the reason.
        }
    }
}
