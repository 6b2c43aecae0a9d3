using Steward.Bench.Sessions;
using Steward.Bench.Upstream;

namespace Steward.Bench.Targets;

/// <summary>A server that only sends each body back: what HTTP alone costs here.</summary>
internal sealed class EmptyServerTarget(string name, string mode, string workDirectory) : HttpTarget(workDirectory)
{
    internal override string Name => name;

    internal override bool SpeaksMcp => false;

    internal override McpSession OpenSession() => new StreamableHttpSession(Endpoint, isMirror: true);

    protected override GatewayProcess Launch(IReadOnlyList<UpstreamCommand> servers) =>
        GatewayProcess.Start(Directory, name, Environment.ProcessPath!, mode);

    protected override object? TryReach()
    {
        var line = File.ReadLines(Process.LogFile).FirstOrDefault();
        if (line is null)
            return null;
        Endpoint = new Uri(new Uri(line), "/mcp");
        return base.TryReach();
    }
}
