using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Steward.EndToEnd.Running;
using Xunit;

namespace Steward.EndToEnd.Faults;

/// <summary>An address that somebody else has.</summary>
public sealed class ScarcityTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task An_address_that_somebody_else_has_is_said_in_one_sentence_and_nothing_is_started()
    {
        await using var home = new StewardHome();
        var config = home.PathOf("steward.json");
        await File.WriteAllTextAsync(config, new JsonObject { ["mcpServers"] = new JsonObject { ["marks"] = new JsonObject { ["command"] = "touch", ["args"] = new JsonArray(home.PathOf("started")) } } }.ToJsonString(), Cancellation);
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var address = $"http://127.0.0.1:{((IPEndPoint)other.LocalEndpoint).Port}";

        var result = await home.RunAsync("up", "--plain", "--listen", address, "--config", config);

        Assert.Equal((1, 1), (result.ExitCode, result.Errors.Split('\n').Length));
        Assert.Contains(address, result.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(home.PathOf("started")));
    }
}
