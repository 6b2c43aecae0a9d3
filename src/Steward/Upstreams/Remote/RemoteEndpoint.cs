using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Logging;
using Steward.Configuration;

namespace Steward.Upstreams.Remote;

/// <summary>Where a remote server is and how it is reached: what all transports share. Owns the HTTP client.</summary>
internal sealed class RemoteEndpoint(ResolvedServer server, UpstreamHost host) : IDisposable
{
    /// <summary>How long the server may take with what is no call: a notification, the opening of a stream, the end of a session.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly MediaTypeWithQualityHeaderValue Json = new("application/json");
    private static readonly MediaTypeWithQualityHeaderValue EventStream = new("text/event-stream");

    public string ServerId { get; } = server.Id;

    /// <summary>The endpoint; its scheme is one of HTTP unless a WebSocket is meant.</summary>
    public Uri Url { get; } = Normalize(server);

    public HttpClient Client { get; } = RemoteHttp.CreateClient(server, host);

    public TimeProvider Time { get; } = host.Time;

    public ILogger Logger { get; } = host.Logger;

    /// <summary>A request whose content can be sent again, since it is a copy of its own.</summary>
    public static HttpRequestMessage Post(Uri url, byte[] body)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = Json;
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = content };
        request.Headers.Accept.Add(Json);
        request.Headers.Accept.Add(EventStream);
        return request;
    }

    /// <summary>A request for a stream of events.</summary>
    public static HttpRequestMessage Get(Uri url, string? lastEventId = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Accept.Add(EventStream);
        request.Headers.CacheControl = new CacheControlHeaderValue { NoCache = true };
        if (!string.IsNullOrEmpty(lastEventId))
            request.Headers.TryAddWithoutValidation(RemoteHeaders.LastEventId, lastEventId);
        return request;
    }

    /// <summary>How long the server wants to be left alone, as it said when it last refused; zero where it did not.</summary>
    public TimeSpan AskedPause { get; private set; }

    /// <summary>Sends a request and returns as soon as the answer begins.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable && response.Headers.RetryAfter is { } wish)
            AskedPause = wish.Delta ?? wish.Date - Time.GetUtcNow() ?? TimeSpan.Zero;
        return response;
    }

    /// <summary>Ends what takes longer than a time, or is given up.</summary>
    public TimeLimit Within(TimeSpan time, CancellationToken cancellationToken) => new(time, Time, cancellationToken);

    public static bool IsEventStream(HttpResponseMessage response) => HasType(response, "text/event-stream");

    public static bool IsJson(HttpResponseMessage response) => HasType(response, "application/json");

    /// <summary>Whether a gateway before the server answers in its place because the server is not there.</summary>
    public static bool IsAbsence(HttpStatusCode status) => status is HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    public void Dispose() => Client.Dispose();

    private static Uri Normalize(ResolvedServer server)
    {
        var url = server.Url ?? throw new ArgumentException($"The server {server.Id} has no url.", nameof(server));
        return server.Transport is ServerTransport.Http or ServerTransport.Sse ? RemoteOrigin.ToHttp(url) : url;
    }

    private static bool HasType(HttpResponseMessage response, string type) =>
        string.Equals(response.Content.Headers.ContentType?.MediaType, type, StringComparison.OrdinalIgnoreCase);
}
