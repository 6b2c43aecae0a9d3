using System.Text.Json;
using Steward.Server;
using Steward.Server.Api;

namespace Steward.Cli.Up;

/// <summary>One JSON object per line: first where the daemon listens, then every status.</summary>
internal sealed class JsonDisplay(CliContext context) : IUpDisplay
{
    public void Listening(StewardHost host) => Write($$"""{"event":"listening","gateway":{{JsonSerializer.Serialize(host.Facts, ApiJson.Default.GatewayFacts)}}}""");

    public async Task ShowAsync(McpServerManager manager, CancellationToken cancellationToken)
    {
        await foreach (var status in manager.WatchAsync(cancellationToken))
            Write($$"""{"event":"status","server":{{JsonSerializer.Serialize(status, ApiJson.Default.ServerStatus)}}}""");
    }

    public void Notice(string text) => Write($$"""{"event":"configuration","text":"{{JsonEncodedText.Encode(text)}}"}""");

    public void Stopping() => Write("""{"event":"stopping"}""");

    private void Write(string line)
    {
        context.Out.WriteLine(line);
        context.Out.Flush();
    }
}
