using Steward.Registry;
using Steward.Registry.Sqlite;
using Steward.Server.Daemon;
using Steward.Tests.Registry;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Server;

/// <summary>The registry as it is read by somebody who leaves it alone.</summary>
public sealed class RegistrySnapshotTests : IDisposable
{
    private readonly TemporaryData _temporary = new();

    private DataDirectory Data => _temporary.Data;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _temporary.Dispose();

    [Fact(Timeout = 30_000)]
    public async Task It_has_the_servers_and_what_was_said_of_declared_ones_and_the_folder_stays_as_it_was()
    {
        await KeepAsync();
        var before = Files();

        var snapshot = (await ReadAsync())!;

        Assert.Null(snapshot.Problem);
        Assert.Equal(["one", "two"], snapshot.Content.Servers.Select(server => server.Config.Id));
        Assert.Equal(new Dictionary<string, bool> { ["declared"] = false }, snapshot.Content.Overrides);
        Assert.Equal(before, Files());
    }

    [Fact(Timeout = 30_000)]
    public async Task Where_there_is_none_none_is_made()
    {
        Assert.Equal((0, null), ((await ReadAsync())!.Content.Servers.Count, (await ReadAsync())!.Problem));
        Assert.False(Directory.Exists(Data.Path) && Directory.EnumerateFileSystemEntries(Data.Path).Any());
    }

    [Fact(Timeout = 30_000)]
    public async Task A_damaged_one_is_a_problem_that_says_what_mends_it_and_is_left_alone()
    {
        Data.Create();
        await File.WriteAllTextAsync(Data.RegistryFile, new string('x', 8192), Cancelled);

        Assert.Contains("'steward up' sets it aside", (await ReadAsync())!.Problem, StringComparison.Ordinal);

        Assert.Equal(new string('x', 8192), await File.ReadAllTextAsync(Data.RegistryFile, Cancelled));
    }

    [Fact(Timeout = 30_000)]
    public async Task One_of_a_newer_Steward_is_a_problem()
    {
        await KeepAsync(new SchemaStep(Schema.Newest + 1, "CREATE TABLE later (x)"));

        Assert.Contains("newer", (await ReadAsync())!.Problem, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task While_a_daemon_runs_it_is_the_daemons()
    {
        await KeepAsync();
        using var daemon = DaemonLock.Take(Data);
        new DaemonFacts(Environment.ProcessId, "http://127.0.0.1:7420", DateTimeOffset.UnixEpoch, "1").Write(Data);

        Assert.Null(await ReadAsync());
    }

    private IEnumerable<string> Files() => [.. Directory.EnumerateFiles(Data.Path).Select(file => Path.GetFileName(file)).Where(name => name != "daemon.lock").Order(StringComparer.Ordinal)];

    private Task<RegistrySnapshot?> ReadAsync() => RegistrySnapshot.ReadAsync(Data, TimeProvider.System, Cancelled);

    private async Task KeepAsync(params SchemaStep[] later)
    {
        Data.Create();
        await using var store = new SqliteRegistryStore(
            new SqliteRegistryOptions { Path = Data.RegistryFile, KeyFile = Data.RegistryKeyFile, Steps = [.. Schema.Steps, .. later] }, TimeProvider.System, new FakeLoggerFactory());
        await store.OpenAsync(Cancelled);
        foreach (var id in (string[])["one", "two"])
            await store.Servers.AddAsync(new RegisteredServer(Samples.Server(id), "cli", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch), Cancelled);
        await store.Servers.OverrideAsync("declared", false, Cancelled);
    }
}
