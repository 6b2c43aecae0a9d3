using System.Text.Json.Nodes;
using Steward.EndToEnd.Running;
using Xunit;

namespace Steward.EndToEnd;

/// <summary>The sample of a web application, with a server from npm.</summary>
public sealed class AspNetHostTests : IDisposable
{
    private const string Listening = "Now listening on: ";

    private readonly string _folder = Directory.CreateTempSubdirectory("steward-e2e-web-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact(Timeout = 300_000)]
    public async Task The_servers_of_a_web_application_start_and_end_with_it()
    {
        var config = Path.Combine(_folder, "mcp.json");
        await File.WriteAllTextAsync(config, new JsonObject { ["mcpServers"] = new JsonObject { ["everything"] = Upstreams.Npm("everything") } }.ToJsonString(), Cancellation);
        var census = new ProcessCensus("STEWARD_END_TO_END_WEB", Guid.NewGuid().ToString("N"));
        var environment = new Dictionary<string, string> { ["DOTNET_ROOT"] = Repository.DotnetRoot, [census.Variable] = census.Value };
        await using var application = LineProcess.Start(Repository.AspNetHostProgram, ["--urls", "http://127.0.0.1:0", "--servers", config], environment);
        var line = await application.Output.FirstAsync(line => line.Contains(Listening, StringComparison.Ordinal), Cancellation);
        using var http = new HttpClient { BaseAddress = new Uri(line[(line.IndexOf(Listening, StringComparison.Ordinal) + Listening.Length)..]) };

        await Poll.UntilAsync(() => http.GetStringAsync("servers", Cancellation), servers => servers.Contains("\"state\":\"Running\"", StringComparison.Ordinal), Cancellation);

        Assert.Equal("Echo: hello", await http.GetStringAsync("echo/hello", Cancellation));
        Assert.Equal("Healthy", await http.GetStringAsync("health", Cancellation));
        Signals.Send(application.Id, Signals.Terminate);
        Assert.Equal(0, await application.ExitAsync(Cancellation));
        Assert.Empty(await Poll.ForAsync(census.Living, living => living.Count == 0));
    }
}
