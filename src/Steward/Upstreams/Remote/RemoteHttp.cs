using System.Net;
using System.Text;
using Steward.Configuration;

namespace Steward.Upstreams.Remote;

/// <summary>
/// Makes the client through which one run of a remote server is reached, whatever the transport: the one place where the chain
/// of handlers is put together.
/// </summary>
internal static class RemoteHttp
{
    /// <summary>How long a connection may take to be made, TLS included.</summary>
    public static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(15);

    // A name that points elsewhere now is noticed as soon as a connection of this age is idle.
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan KeepAliveInterval = TimeSpan.FromSeconds(30);

    /// <summary>
    /// A client that sends the server's headers with every request, and to no other origin. The requests that go through it carry
    /// contents that can be sent again. Whoever runs the server disposes the client.
    /// </summary>
    public static HttpClient CreateClient(ResolvedServer server, UpstreamHost host)
    {
        var url = server.Url ?? throw new ArgumentException($"The server {server.Id} has no url.", nameof(server));

        // From the network outwards: what is added last sees a request first.
        HttpMessageHandler chain = CreateSocketsHandler(url);
        chain = new SameOriginHandler(url, chain);
        chain = host.Authorization.Attach(server, chain);

        var client = new HttpClient(chain)
        {
            Timeout = Timeout.InfiniteTimeSpan, // every exchange has bounds of its own, or none
            DefaultRequestVersion = HttpVersion.Version11,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrHigher,
        };
        foreach (var (name, value) in server.Headers)
            client.DefaultRequestHeaders.TryAddWithoutValidation(name, value);
        if (!server.Headers.ContainsKey("User-Agent"))
            client.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", $"steward/{ProtocolRevisions.StewardVersion}");
        return client;
    }

    private static SocketsHttpHandler CreateSocketsHandler(Uri url) => new()
    {
        AllowAutoRedirect = false, // it would carry headers to wherever the answer points
        UseCookies = false,
        UseProxy = !url.IsLoopback,
        ConnectTimeout = ConnectTimeout,
        PooledConnectionLifetime = ConnectionLifetime,
        EnableMultipleHttp2Connections = true,
        KeepAlivePingDelay = KeepAliveInterval,
        KeepAlivePingTimeout = KeepAliveInterval,
        RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
    };
}
