using System.Globalization;
using System.Text.Json;
using Steward.Bench.Http;
using Steward.Bench.Load;
using Steward.Bench.Sessions;
using Steward.Bench.Upstream;

namespace Steward.Bench.Targets;

/// <summary>The real program: <c>steward up</c> with its guard process and its daemon.</summary>
/// <param name="route">Which endpoint is called, and which eras meet there.</param>
/// <param name="program">The built program.</param>
/// <param name="workDirectory">Where it may write.</param>
internal sealed class StewardTarget(StewardRoute route, string program, string workDirectory) : HttpTarget(workDirectory)
{
    private int? _daemonId;
    private string _metricsRequest = "";

    internal override string Name => route.Name;

    internal override bool Aggregates => route.IsMerged;

    internal override int? ProcessId => _daemonId;

    internal override IReadOnlyList<int> GuardIds => _daemonId is null || _daemonId == Process.Id ? [] : [.. Guards(_daemonId.Value)];

    private string Data => Path.Combine(Directory, "data");

    internal override McpSession OpenSession() => route.IsModernClient ? new ModernHttpSession(Endpoint) : base.OpenSession();

    internal override TargetCounters ReadCounters() => base.ReadCounters() with { AllocatedBytes = ReadAllocatedBytes() };

    protected override GatewayProcess Launch(IReadOnlyList<UpstreamCommand> servers) => GatewayProcess.Start(
        Directory, Name, program, "up", "--config", ServerListFile.Write(Directory, route.HasModernServer ? [.. servers.Select(Modern)] : servers), "--listen", "http://127.0.0.1:0", "--data", Data);

    protected override object? TryReach()
    {
        var file = Path.Combine(Data, "daemon.json");
        if (!File.Exists(file))
            return null;
        using var facts = JsonDocument.Parse(File.ReadAllBytes(file));
        var url = new Uri(facts.RootElement.GetProperty("url").GetString()!);
        _daemonId = facts.RootElement.GetProperty("pid").GetInt32();
        Endpoint = new Uri(url, route.IsMerged ? "/mcp" : $"/servers/{UpstreamCommand.Echo.Id}/mcp");
        var token = File.ReadAllText(Path.Combine(Data, "api-token")).Trim();
        _metricsRequest = $"GET /metrics HTTP/1.1\r\nHost: {url.Authority}\r\nAuthorization: Bearer {token}\r\n\r\n";
        return base.TryReach();
    }

    private static UpstreamCommand Modern(UpstreamCommand server) => server == UpstreamCommand.Echo ? UpstreamCommand.ModernEcho : server;

    private static IEnumerable<int> Guards(int daemonId)
    {
        for (var id = ProcessFacts.ParentOf(daemonId); id is > 1 && id != Environment.ProcessId; id = ProcessFacts.ParentOf(id.Value))
            yield return id.Value;
    }

    /// <summary>The runtime's own counter, <c>dotnet.gc.heap.total_allocated</c>.</summary>
    private double? ReadAllocatedBytes()
    {
        using var connection = new HttpConnection(Endpoint);
        var exchange = connection.Exchange(System.Text.Encoding.ASCII.GetBytes(_metricsRequest));
        if (exchange.Status != 200)
            return null;
        var text = System.Text.Encoding.UTF8.GetString(exchange.Messages[0]);
        var line = text.Split('\n').FirstOrDefault(l => l.StartsWith("dotnet_gc_heap_total_allocated", StringComparison.Ordinal));
        return line is null ? null : double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
    }
}
