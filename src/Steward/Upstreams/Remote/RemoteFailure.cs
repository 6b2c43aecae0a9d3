using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Steward.Upstreams.Remote;

/// <summary>What went wrong on the way to a remote server, in words: the URL without secrets, what was found, the mend.</summary>
internal static class RemoteFailure
{
    /// <summary>An answer that is no answer to the message.</summary>
    public static string Describe(Uri url, HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        var found = $"{RemoteOrigin.Show(url)} answered with HTTP status {status}{Name(response.StatusCode)}";
        if (status is >= 300 and < 400 && response.Headers.Location is { } location)
            return $"{found} and the way to {RemoteOrigin.Show(new Uri(url, location))}, which Steward does not follow to another origin; write that URL as url, if you trust it";
        return response.StatusCode switch
        {
            HttpStatusCode.Unauthorized => $"{found}; give headers.Authorization or auth",
            HttpStatusCode.Forbidden => $"{found}; the credentials given do not suffice: see headers.Authorization or auth",
            HttpStatusCode.ProxyAuthenticationRequired => $"{found}; the proxy of HTTPS_PROXY or HTTP_PROXY wants credentials in its URL",
            HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed or HttpStatusCode.Gone => $"{found}; look at the path of url, and at type",
            HttpStatusCode.TooManyRequests => $"{found}; the server wants fewer calls",
            _ when RemoteEndpoint.IsAbsence(response.StatusCode) => $"{found}: what stands before the server does not reach it",
            _ when response.IsSuccessStatusCode => $"{found} and {Content(response)} where JSON or a stream of events belongs; look at the path of url, and at type",
            _ => found,
        };
    }

    /// <summary>A failure of the network.</summary>
    public static string Describe(Uri url, Exception failure)
    {
        var shown = RemoteOrigin.Show(url);
        return failure switch
        {
            _ when Find<RemoteRefusalException>(failure) is { } refusal => refusal.Message,
            MessageTooLargeException tooLarge => $"{shown}: {tooLarge.Message}",
            OperationCanceledException => $"{shown} did not answer in time",
            HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => $"the name {url.IdnHost} of {shown} is not known; look at url, or at the network",
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => $"no trusted TLS connection to {shown}: {Innermost(failure)}; the server's certificate must be valid for {url.IdnHost} and known to this machine",
            _ when Find<AuthenticationException>(failure) is { } untrusted => $"no trusted TLS connection to {shown}: {untrusted.Message}",
            _ when Find<SocketException>(failure) is { SocketErrorCode: SocketError.ConnectionRefused } => $"{shown} refuses connections; look whether the server runs and listens there",
            _ when Find<SocketException>(failure) is { } socket => $"{shown}: {socket.Message}",
            _ => $"{shown}: {Innermost(failure)}",
        };
    }

    /// <summary>Whether a failure may be the network's, or the server's end of it.</summary>
    public static bool IsOfNetwork(Exception failure) =>
        failure is not MessageTooLargeException and (HttpRequestException or IOException or SocketException or AuthenticationException or OperationCanceledException);

    private static string Name(HttpStatusCode status) => Enum.IsDefined(status) ? $" ({status})" : "";

    private static string Content(HttpResponseMessage response) => response.Content.Headers.ContentType?.MediaType is { } type ? $"with {type}" : "without a body";

    private static string Innermost(Exception failure) => failure.GetBaseException().Message;

    private static T? Find<T>(Exception? failure)
        where T : Exception
    {
        for (; failure is not null; failure = failure.InnerException)
        {
            if (failure is T found)
                return found;
        }

        return null;
    }
}
