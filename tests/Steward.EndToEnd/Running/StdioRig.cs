using System.Text.Json.Nodes;

namespace Steward.EndToEnd.Running;

/// <summary>What <c>steward stdio</c> needs: a daemon, or a configuration by which it runs the servers itself. Disposing fails when a process is left behind.</summary>
internal sealed class StdioRig : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("steward-e2e-").FullName;
    private readonly ProcessCensus _census = new("STEWARD_END_TO_END_STDIO", Guid.NewGuid().ToString("N"));

    private StdioRig()
    {
    }

    public StewardProcess? Steward { get; private set; }

    public string ConfigFile => Path.Combine(_folder, "steward.json");

    /// <summary>What a launched command needs beside the variables that clients pass on anyway.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string> { [_census.Variable] = _census.Value, ["DOTNET_ROOT"] = Repository.DotnetRoot };

    /// <summary>The living processes of the commands.</summary>
    public IReadOnlyList<MarkedProcess> Living => _census.Living();

    /// <param name="servers">The servers.</param>
    /// <param name="daemon">Whether a daemon runs them.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <param name="groups">Groups of them, where no daemon runs.</param>
    public static async Task<StdioRig> StartAsync(JsonObject servers, bool daemon, CancellationToken cancellationToken, JsonObject? groups = null)
    {
        var rig = new StdioRig();
        if (daemon)
            rig.Steward = await StewardProcess.StartReadyAsync(servers, cancellationToken);
        else
            await File.WriteAllTextAsync(rig.ConfigFile, new JsonObject { ["mcpServers"] = servers, ["groups"] = groups ?? [], ["defaults"] = Upstreams.Defaults() }.ToJsonString(), cancellationToken);
        return rig;
    }

    /// <summary>The command line, for all servers or for one.</summary>
    public string[] Arguments(string server) => [.. Arguments(), .. server.Length == 0 ? (string[])[] : ["--server", server]];

    /// <summary>The command line for a group.</summary>
    public string[] ArgumentsOfGroup(string group) => [.. Arguments(), "--group", group];

    private string[] Arguments() => ["stdio", "--data", Steward?.Data ?? Path.Combine(_folder, "data"), "--config", ConfigFile];

    public async ValueTask DisposeAsync()
    {
        var left = await Poll.ForAsync(_census.Living, living => living.Count == 0);
        foreach (var process in left)
            Signals.Send(process.Id, Signals.Kill);
        if (Steward is not null)
            await Steward.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
        if (left.Count > 0)
            throw new InvalidOperationException($"left behind: {string.Join("; ", left)}");
    }
}
