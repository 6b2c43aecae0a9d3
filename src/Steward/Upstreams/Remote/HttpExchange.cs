using System.Net;
using Steward.Wire;

namespace Steward.Upstreams.Remote;

/// <summary>One message on its way to the server, and everything that comes back for it.</summary>
internal sealed class HttpExchange(OutgoingMessage message, StreamableHttpParts parts)
{
    private readonly bool _isInitialize = message is { IsRequest: true, Envelope.Method: McpMethod.Initialize };

    /// <summary>Completes when the message is answered, or taken where it expects no answer.</summary>
    /// <exception cref="RemoteRefusalException">The server answered with something else.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        for (var isFirst = true; ; isFirst = false)
        {
            var session = message.IsModern || _isInitialize ? null : parts.Sessions.Current;
            using var response = await PostAsync(session, cancellationToken).ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
            {
                await TakeAsync(response, session, cancellationToken).ConfigureAwait(false);
                return;
            }

            var error = await ErrorAnswer.ReadAsync(response, cancellationToken).ConfigureAwait(false);
            if (isFirst && await TryMendAsync(session, error, cancellationToken).ConfigureAwait(false))
                continue; // once, and no more
            await RefuseAsync(response, error, cancellationToken).ConfigureAwait(false);
            return;
        }
    }

    private async Task<HttpResponseMessage> PostAsync(LegacySession? session, CancellationToken cancellationToken)
    {
        using var request = RemoteEndpoint.Post(parts.Endpoint.Url, message.Body);
        if (message.IsModern)
            ModernHeaders.Add(request.Headers, message, parts.Tools);
        else
            session?.AddTo(request.Headers);
        var response = await parts.Endpoint.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (RemoteEndpoint.IsAbsence(response.StatusCode))
            parts.Vitals.Failed();
        else
            parts.Vitals.Answered();
        return response;
    }

    private async Task TakeAsync(HttpResponseMessage response, LegacySession? session, CancellationToken cancellationToken)
    {
        if (!message.IsRequest)
        {
            if (message.Envelope.Method == McpMethod.NotificationsInitialized)
                parts.Sessions.Confirm(message);
            return;
        }

        if (!MessageReader.CanRead(response))
            throw new RemoteRefusalException(RemoteFailure.Describe(parts.Endpoint.Url, response), response.StatusCode);
        await new HttpAnswer(message, parts).RelayAsync(response, session, cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> TryMendAsync(LegacySession? session, ErrorAnswer error, CancellationToken cancellationToken)
    {
        if (session?.Id is not null && error.IsExpiry)
        {
            if (message.Call is { MayRenewSession: false } call)
            {
                call.HasFoundNoSession = true;
                return false;
            }

            await parts.Sessions.RenewAsync(session, cancellationToken).ConfigureAwait(false);
            return true;
        }

        if (message is not { IsModern: true, Envelope.Method: McpMethod.ToolsCall } || error.Code != JsonRpcErrorCode.HeaderMismatch)
            return false;
        parts.Endpoint.Logger.HeadersRefused(parts.Endpoint.ServerId);
        await new ToolListing(parts).ReadAsync(message, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private async Task RefuseAsync(HttpResponseMessage response, ErrorAnswer error, CancellationToken cancellationToken)
    {
        if (_isInitialize && error.IsForeign && await parts.TakeOver(message, cancellationToken).ConfigureAwait(false))
            return;
        var isAboutAccess = response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden;
        if (!message.IsRequest || error.Error.IsEmpty || isAboutAccess) // for access, our own words have the mend
            throw new RemoteRefusalException(RemoteFailure.Describe(parts.Endpoint.Url, response), response.StatusCode);
        await parts.Turn.DeliverAsync(error.ToAnswer(message), message.Id).ConfigureAwait(false);
    }
}
