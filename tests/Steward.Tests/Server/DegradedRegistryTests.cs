using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Data.Sqlite;
using Steward.Configuration;
using Steward.Registry;
using Steward.Server;
using Steward.Server.Daemon;
using Steward.Supervision;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Server;

/// <summary>A host whose registry cannot be used, or not at once: what it declares is served all the same.</summary>
public sealed class DegradedRegistryTests : IDisposable
{
    private readonly TemporaryData _temporary = new();
    private readonly FakeLauncher _launcher = new() { OnLaunch = launch => launch.Succeed() };

    private DataDirectory Data => _temporary.Data;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _temporary.Dispose();

    [Fact(Timeout = 60_000)]
    public async Task A_damaged_file_is_set_aside_that_is_said_and_work_goes_on()
    {
        Data.Create();
        await File.WriteAllTextAsync(Data.RegistryFile, new string('x', 8192), Cancelled);

        await using (var host = await StartAsync())
        {
            await RunsAsync(host);
            Assert.Equal(HttpStatusCode.Created, await AddAsync(host));
        }

        var aside = Assert.Single(Directory.EnumerateFiles(Data.Path, "steward.db.damaged-*"));
        Assert.Equal(new string('x', 8192), await File.ReadAllTextAsync(aside, Cancelled));
        Assert.Contains($"It was set aside as {aside}, and a new one was begun", await File.ReadAllTextAsync(Data.DaemonLogFile, Cancelled), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_file_that_cannot_be_opened_keeps_changes_from_being_made_and_nothing_else()
    {
        Directory.CreateDirectory(Data.RegistryFile);

        await using (var host = await StartAsync())
        {
            await RunsAsync(host);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, await AddAsync(host));
            Assert.Null(host.Manager.FindStatus("added"));
            await Assert.ThrowsAsync<RegistryException>(() => host.Registry.ReadEventsAsync(new HistoryQuery(), Cancelled));
        }

        Assert.Contains("cannot be opened", await File.ReadAllTextAsync(Data.DaemonLogFile, Cancelled), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_place_that_the_system_denies_is_named_with_what_mends_it()
    {
        Assert.SkipUnless(Directory.Exists("/sys/kernel"), "There is no place here that is denied to everybody.");
        await using var store = new Steward.Registry.Sqlite.SqliteRegistryStore(
            new() { Path = "/sys/kernel/steward.db", KeyFile = "/sys/kernel/steward.key" }, TimeProvider.System, new FakeLoggerFactory());

        var refused = await Assert.ThrowsAsync<RegistryException>(() => store.OpenAsync(Cancelled));

        Assert.Contains("/sys/kernel/steward.db may not be read or written", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Give the file and its folder to the user who runs Steward.", refused.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_file_that_another_program_has_locked_is_used_again_when_that_lets_go()
    {
        await using (var host = await StartAsync())
            await RunsAsync(host);
        await using var other = new SqliteConnection($"Data Source={Data.RegistryFile};Pooling=False");
        await other.OpenAsync(Cancelled);
        Run("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; UPDATE alive SET at = at");

        await using var degraded = await StartAsync();
        await RunsAsync(degraded);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await AddAsync(degraded));

        Run("COMMIT");
        await other.CloseAsync();
        Assert.Equal(HttpStatusCode.Created, await AddAsync(degraded));

        void Run(string sql)
        {
            using var command = other.CreateCommand();
            command.CommandText = sql;
            command.ExecuteNonQuery();
        }
    }

    private async Task<StewardHost> StartAsync() => await StewardHost.StartAsync(
        new StewardHostOptions
        {
            Config = new StewardConfig { Servers = [Fleet.Server("declared")] },
            Data = Data,
            Launcher = _launcher,
            Customize = builder => builder.WebHost.UseTestServer(),
        },
        Cancelled);

    private static Task<ServerStatus> RunsAsync(StewardHost host) => host.Manager.WaitForStatusAsync("declared", status => status.State == ServerState.Running, Cancelled);

    private async Task<HttpStatusCode> AddAsync(StewardHost host)
    {
        using var client = host.App.GetTestClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ApiToken.Read(Data));
        using var body = new StringContent("""{ "id": "added", "definition": { "command": "x" } }""", Encoding.UTF8, "application/json");
        using var response = await client.PostAsync("/api/v1/servers", body, Cancelled);
        return response.StatusCode;
    }
}
