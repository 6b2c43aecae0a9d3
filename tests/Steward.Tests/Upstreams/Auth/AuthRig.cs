using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Steward.Configuration;
using Steward.Processes;
using Steward.Tests.Testing;
using Steward.Tests.Upstreams.Remote;
using Steward.Upstreams;
using Steward.Upstreams.Auth;
using Xunit;

namespace Steward.Tests.Upstreams.Auth;

/// <summary>A client of the fake server, with authorization before it, a clock of the test, and tokens on disk.</summary>
internal sealed class AuthRig : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("steward-auth-");
    private readonly List<RemoteAuthorization> _lives = [];
    private readonly List<HttpClient> _clients = [];

    private AuthRig(FakeAuthorizationServer server) => Server = server;

    public FakeAuthorizationServer Server { get; }

    public FakeTimeProvider Time { get; } = new();

    public ILoggerFactory Loggers { get; set; } = NullLoggerFactory.Instance;

    public ServerAuth? Auth { get; set; }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static async Task<AuthRig> StartAsync() => new(await FakeAuthorizationServer.StartAsync());

    /// <summary>What a daemon has from its start to its end; the tokens on disk are the same for all.</summary>
    public RemoteAuthorization Begin(bool withPerson)
    {
        var host = new AuthorizationHost(new TokenStore(Path.Combine(_folder.FullName, "tokens"), Loggers.CreateLogger("")), Time, Loggers)
        {
            Browser = withPerson ? FakeAuthorizationServer.BrowseAsync : null,
        };
        var life = new RemoteAuthorization(host);
        _lives.Add(life);
        return life;
    }

    public ServerConfig Config => new() { Id = "search", Transport = ServerTransport.Http, Url = Server.Endpoint.AbsoluteUri, Auth = Auth };

    public HttpClient Connect(RemoteAuthorization life)
    {
        var chain = life.Attach(ResolvedServer.From(Config, Steward.Tests.Configuration.Config.Variables()), new SocketsHttpHandler { UseProxy = false });
        var client = new HttpClient(chain);
        _clients.Add(client);
        return client;
    }

    public Task LogoutAsync(RemoteAuthorization life) =>
        life.FindSession(ResolvedServer.From(Config, Steward.Tests.Configuration.Config.Variables()))!.LogoutAsync(Cancelled);

    /// <summary>A link to one of the server's other endpoints.</summary>
    public Task<LinkRig> LinkAsync(RemoteAuthorization life, ServerTransport transport, string path)
    {
        var host = new UpstreamHost(new ProcessSpawner(NullLogger.Instance, null), new ServerLogs(new ServerLogOptions(), Time, NullLogger<ServerLogs>.Instance),
            new VariableResolver(), Time, Loggers)
        { Authorization = life };
        return LinkRig.ConnectAsync(new Uri(Server.Origin, path), transport, host: host);
    }

    /// <summary>Sends a request of a method; gives the status of the answer.</summary>
    public async Task<int> SendAsync(HttpClient client, string method = "ping")
    {
        using var response = await client.PostAsync(Server.Endpoint, new StringContent($$"""{"jsonrpc":"2.0","id":1,"method":"{{method}}"}""", System.Text.Encoding.UTF8, "application/json"), Cancelled);
        return (int)response.StatusCode;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
            client.Dispose();
        foreach (var life in _lives)
            await life.DisposeAsync();
        await Server.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
