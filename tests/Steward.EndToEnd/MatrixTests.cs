using Steward.EndToEnd.Matrix;
using Steward.EndToEnd.Running;
using Xunit;

namespace Steward.EndToEnd;

/// <summary>Every client with every server: each peer, era and transport, and everything that the protocol offers.</summary>
public sealed class MatrixTests
{
    [Fact(Timeout = 900_000)]
    public async Task Every_client_can_do_everything_with_every_server()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var servers = await MatrixServers.StartAsync(cancellation);
        string[] ids = [.. servers.Entries.Select(entry => entry.Key)];
        // One client after the other, because a question of a shared server of the legacy era finds its way only to the single
        // client with a call in flight; the servers side by side.
        var table = new MatrixTable();
        foreach (var pass in MatrixPass.All)
        {
            await using var steward = await StewardProcess.StartReadyAsync(servers.Entries.DeepClone().AsObject(), cancellation);
            var endpoints = ids.ToDictionary(id => id, steward.EndpointOf);
            foreach (var client in MatrixClient.All)
                table.Add(client.Name, await client.VisitAsync(endpoints, pass, cancellation));
        }

        var file = Path.Combine(Repository.Root, "artifacts/test/matrix.md");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, table.ToString(), cancellation);
        TestContext.Current.TestOutputHelper?.WriteLine(table.ToString());
        Assert.True(table.Failures.Count == 0, string.Join(Environment.NewLine, table.Failures));
    }
}
