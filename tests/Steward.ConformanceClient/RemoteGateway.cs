using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Steward.Configuration;
using Steward.Server;
using Steward.Server.Daemon;
using Steward.Supervision;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.ConformanceClient;

/// <summary>A whole Steward whose one remote server is the suite's, and a client of the official SDK before it.</summary>
internal sealed class RemoteGateway : IAsyncDisposable
{
    private const string ServerId = "remote";

    private readonly StewardHost _host;
    private readonly DataDirectory _data;

    private RemoteGateway(StewardHost host, DataDirectory data) => (_host, _data) = (host, data);

    /// <summary>Starts Steward and returns once it has tried to connect the server, whatever came of it.</summary>
    public static async Task<RemoteGateway> StartAsync(Uri url, string scenario, ScenarioContext context)
    {
        var data = new DataDirectory(Directory.CreateTempSubdirectory("steward-conformance-").FullName);
        var server = new ServerConfig
        {
            Id = ServerId,
            Transport = ServerTransport.Auto,
            Url = url.AbsoluteUri,
            Auth = CreateAuth(scenario, context),
            Lifecycle = Scenario.IsLegacyOnly(scenario) ? ServerLifecycle.Initialize : ServerLifecycle.Auto,
            RestartPolicy = RestartPolicy.Never,
        };
        var host = await StewardHost.StartAsync(
            new StewardHostOptions
            {
                Config = new StewardConfig { Servers = [server], Gateway = new GatewayConfig { Listen = "http://127.0.0.1:0" } },
                Data = data,
                Browser = AutomaticBrowser.BrowseAsync,
            },
            CancellationToken.None);
        await host.Manager.WaitForStatusAsync(ServerId, status => status.State is ServerState.Running or ServerState.FailedToStart or ServerState.Crashed);
        return new RemoteGateway(host, data);
    }

    /// <summary>Steward's own connection to the suite's server.</summary>
    public UpstreamConnection Connection => Server.Current is UpstreamRun run
        ? run.Connection
        : throw new InvalidOperationException($"the server is {Server.Status.State}: {Server.Status.LastError}");

    private ManagedServer Server => _host.Manager.Servers.Single();

    /// <summary>A client that accepts what it is asked.</summary>
    public async Task<McpClient> ConnectAsync()
    {
        _ = Connection; // says better why there is none than a client would
        var transport = new HttpClientTransport(new HttpClientTransportOptions
        {
            Endpoint = new Uri($"{_host.Url}/servers/{ServerId}/mcp"),
            TransportMode = HttpTransportMode.StreamableHttp,
        });
        return await McpClient.CreateAsync(transport, new McpClientOptions
        {
            ProtocolVersion = Connection.Server.Era == ProtocolEra.Legacy ? ProtocolRevisions.LatestLegacy : null,
            Handlers = new McpClientHandlers
            {
                // The SDK adds what the schema names as defaults.
                ElicitationHandler = (_, _) => new(new ElicitResult { Action = "accept", Content = new Dictionary<string, System.Text.Json.JsonElement>() }),
            },
        });
    }

    public Task StopAsync() => _host.StopAsync(CancellationToken.None);

    public string ReadLog() => File.Exists(_data.DaemonLogFile) ? File.ReadAllText(_data.DaemonLogFile) : "";

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        Directory.Delete(_data.Path, recursive: true);
    }

    private static ServerAuth CreateAuth(string scenario, ScenarioContext context) => new()
    {
        Grant = scenario.Contains("client-credentials", StringComparison.Ordinal) ? OAuthGrant.ClientCredentials : OAuthGrant.AuthorizationCode,
        ClientId = context.Text("client_id"),
        ClientSecret = context.Text("client_secret"),
        PrivateKeyPem = context.Text("private_key_pem"),
        ClientMetadataUrl = "https://conformance-test.local/client-metadata.json",
    };
}
