using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Steward.Configuration;
using Steward.Processes;
using Steward.Upstreams;
using Steward.Upstreams.Remote;
using Xunit;

namespace Steward.Tests.Upstreams.Remote;

/// <summary>A link to a remote server, opened as a run of the server opens it.</summary>
internal sealed class LinkRig : IAsyncDisposable
{
    public const string Modern = "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\",\"io.modelcontextprotocol/clientCapabilities\":{}}";

    private LinkRig(ILink link)
    {
        Link = link;
        link.Start(Feed);
    }

    public ILink Link { get; }

    public LinkFeed Feed { get; } = new();

    public static UpstreamHost CreateHost(ILoggerFactory? loggers = null) => new(
        new ProcessSpawner(NullLogger.Instance, null), new ServerLogs(new ServerLogOptions(), TimeProvider.System, NullLogger<ServerLogs>.Instance),
        new VariableResolver(), TimeProvider.System, loggers ?? NullLoggerFactory.Instance);

    public static ResolvedServer Resolve(Uri url, ServerTransport transport, Dictionary<string, string>? headers = null) => ResolvedServer.From(
        new ServerConfig { Id = "far", Transport = transport, Url = url.ToString(), Headers = headers ?? [] }, new VariableResolver());

    public static async Task<LinkRig> ConnectAsync(Uri url, ServerTransport transport = ServerTransport.Http, Dictionary<string, string>? headers = null, UpstreamHost? host = null) =>
        new(await RemoteLinks.ConnectAsync(Resolve(url, transport, headers), host ?? CreateHost(), TestContext.Current.CancellationToken));

    /// <summary>A link whose handshake is done.</summary>
    public static async Task<LinkRig> OpenAsync(Uri url, ServerTransport transport = ServerTransport.Http)
    {
        var rig = await ConnectAsync(url, transport);
        await rig.ShakeHandsAsync();
        return rig;
    }

    public async Task<string> ShakeHandsAsync()
    {
        await SendAsync("""{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25"}}""");
        var answer = await Feed.NextAsync();
        await SendAsync("""{"jsonrpc":"2.0","method":"notifications/initialized"}""");
        return answer;
    }

    public ValueTask SendAsync(string message) => Link.SendAsync(Encoding.UTF8.GetBytes(message), default, call: null);

    public ValueTask CallAsync(int id, string name = "t", string arguments = "{}") =>
        SendAsync($$$"""{"jsonrpc":"2.0","id":{{{id}}},"method":"tools/call","params":{"name":"{{{name}}}","arguments":{{{arguments}}}}}""");

    /// <summary>Sends the call that somebody makes.</summary>
    public ValueTask CallAsync(int id, PendingCall call) =>
        Link.SendAsync(Encoding.UTF8.GetBytes($$$"""{"jsonrpc":"2.0","id":{{{id}}},"method":"ping"}"""), default, call);

    public ValueTask CallModernAsync(int id, string name = "t", string arguments = "{}") =>
        SendAsync($$$"""{"jsonrpc":"2.0","id":{{{id}}},"method":"tools/call","params":{"name":"{{{name}}}","arguments":{{{arguments}}},{{{Modern}}}}}""");

    public ValueTask CancelAsync(int id) =>
        SendAsync($$$"""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":{{{id}}},"reason":"enough"}}""");

    public async ValueTask DisposeAsync() => await Link.DisposeAsync();
}
