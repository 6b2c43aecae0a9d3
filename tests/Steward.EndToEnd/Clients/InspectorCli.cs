using System.Text.Json;
using Steward.EndToEnd.Running;

namespace Steward.EndToEnd.Clients;

/// <summary>The MCP Inspector on the command line: connects, asks one thing, prints it, leaves.</summary>
internal static class InspectorCli
{
    /// <summary>Runs one method and returns its result.</summary>
    public static async Task<JsonElement> RunAsync(Uri endpoint, string method, CancellationToken cancellationToken, params string[] arguments)
    {
        var home = Directory.CreateTempSubdirectory("steward-inspector-"); // it keeps a catalog of servers at home
        try
        {
            var result = await LineProcess.RunAsync(
                Repository.Node,
                [Repository.Inspector, "--cli", endpoint.ToString(), "--transport", "http", "--format", "json", "-q", "--method", method, .. arguments],
                new Dictionary<string, string> { ["HOME"] = home.FullName },
                cancellationToken);
            return result.ExitCode == 0
                ? JsonElement.Parse(result.Output).GetProperty("result")
                : throw new InvalidOperationException($"{method}: exit code {result.ExitCode}: {result.Errors}");
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }
}
