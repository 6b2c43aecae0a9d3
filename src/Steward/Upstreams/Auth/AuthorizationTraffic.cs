using System.Net;
using Steward.Upstreams.Remote;

namespace Steward.Upstreams.Auth;

/// <summary>
/// The way to authorization servers, whose addresses a remote server names: bounded in size and time, encrypted unless it stays on
/// this machine, and without the headers that are meant for the server.
/// </summary>
internal sealed class AuthorizationTraffic(Uri server, TimeProvider time, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private const int MaxBodyBytes = 1024 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>A client for everything that belongs to the authorization of a server.</summary>
    public static HttpClient CreateClient(Uri server, TimeProvider time, Func<HttpMessageHandler, HttpMessageHandler>? wrap = null)
    {
        var sockets = new SocketsHttpHandler
        {
            AllowAutoRedirect = false, // it would carry secrets to wherever the answer points
            UseCookies = false,
            UseProxy = !server.IsLoopback,
            ConnectTimeout = RemoteHttp.ConnectTimeout,
            PooledConnectionIdleTimeout = Patience,
        };
        HttpMessageHandler chain = new AuthorizationTraffic(server, time, sockets);
        var client = new HttpClient(wrap is null ? chain : wrap(chain)) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", $"steward/{ProtocolRevisions.StewardVersion}");
        return client;
    }

    /// <summary>Whether secrets are safe on their way to a URL: as safe as those of the server itself, at least.</summary>
    public static bool MayGoTo(Uri url, Uri server) => url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && (url.IsLoopback || RemoteOrigin.IsSame(url, server)));

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var url = request.RequestUri!;
        if (!MayGoTo(url, server))
            throw new HttpRequestException($"{RemoteOrigin.Show(url)} is to be asked about authorization, but is not encrypted; it must be an https:// URL");

        using var limit = new TimeLimit(Patience, time, cancellationToken);
        var response = await base.SendAsync(request, limit.Token).ConfigureAwait(false);
        try
        {
            await response.Content.LoadIntoBufferAsync(MaxBodyBytes, limit.Token).ConfigureAwait(false);
            if (request.Method == HttpMethod.Post && IsTrouble(response.StatusCode))
                throw new HttpRequestException($"{RemoteOrigin.Show(url)} answered with HTTP status {(int)response.StatusCode}", null, response.StatusCode);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>An authorization server in trouble has refused nothing: what was asked may be asked again later.</summary>
    private static bool IsTrouble(HttpStatusCode status) => (int)status >= 500 || status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout;
}
