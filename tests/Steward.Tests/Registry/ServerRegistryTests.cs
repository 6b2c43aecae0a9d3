using Steward.Configuration;
using Steward.Registry;
using Steward.Supervision;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Registry;

/// <summary>Adding, changing and removing servers.</summary>
public sealed class ServerRegistryTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 30_000)]
    public async Task An_added_server_is_kept_and_runs()
    {
        await using var rig = await RegistryRig.StartAsync();

        var entry = await rig.Registry.AddAsync(Fleet.Server("files"), new RegistrationOptions { Source = "cli" }, Cancelled);

        Assert.Equal((ServerState.Running, "cli", rig.Time.GetUtcNow(), false), (entry.Status.State, entry.Source, entry.Created, entry.IsDeclared));
        Assert.Equal("files", Assert.Single((await rig.Store.Servers.ReadAsync(Cancelled)).Servers).Config.Id);
        Assert.Equal(entry.Config, Assert.Single(rig.Registry.List()).Config);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_server_that_fails_to_start_is_kept_and_says_why()
    {
        await using var rig = await RegistryRig.StartAsync();
        rig.Launcher.OnLaunch = launch => launch.Fail("no such program", isPermanent: true);

        var entry = await rig.Registry.AddAsync(Fleet.Server("files"), cancellationToken: Cancelled);

        Assert.Equal((ServerState.FailedToStart, "no such program"), (entry.Status.State, entry.Status.LastError));
        Assert.Single((await rig.Store.Servers.ReadAsync(Cancelled)).Servers);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public async Task A_disabled_server_is_not_started_and_neither_is_one_that_is_only_to_be_added(bool disabled, bool start)
    {
        await using var rig = await RegistryRig.StartAsync();

        var entry = await rig.Registry.AddAsync(Fleet.Server("files") with { Disabled = disabled }, new RegistrationOptions { Start = start }, Cancelled);

        Assert.NotEqual(ServerState.Running, entry.Status.State);
        Assert.Equal(0, rig.Launcher.Count);
    }

    public static TheoryData<ServerConfig, string> Broken => new()
    {
        { new ServerConfig { Id = "" , Command = "x" }, "id" },
        { new ServerConfig { Id = "no spaces", Command = "x" }, "id" },
        { new ServerConfig { Id = "files" }, "command" },
        { new ServerConfig { Id = "files", Command = "x", Url = "https://example.com" }, "url" },
        { new ServerConfig { Id = "files", Transport = ServerTransport.Http }, "url" },
        { new ServerConfig { Id = "files", Transport = ServerTransport.Sse }, "url" },
        { new ServerConfig { Id = "files", Transport = ServerTransport.WebSocket }, "url" },
        { new ServerConfig { Id = "files", Transport = ServerTransport.Http, Url = "not a URL" }, "url" },
    };

    [Theory(Timeout = 30_000, DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(Broken))]
    public async Task What_breaks_a_rule_is_refused_with_the_key_and_the_mend(ServerConfig config, string key)
    {
        await using var rig = await RegistryRig.StartAsync();

        var refused = await Assert.ThrowsAsync<ConfigException>(() => rig.Registry.AddAsync(config, cancellationToken: Cancelled));

        Assert.Contains(key, refused.Message, StringComparison.Ordinal);
        Assert.All(refused.Problems, problem => Assert.NotEmpty(problem.Mend));
        Assert.Empty(rig.Registry.List());
        Assert.Empty((await rig.Store.Servers.ReadAsync(Cancelled)).Servers);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("declared")]
    [InlineData("registered")]
    public async Task A_second_server_of_an_id_is_refused(string id)
    {
        await using var rig = await RegistryRig.StartAsync(Fleet.Server("declared"));
        await rig.Registry.AddAsync(Fleet.Server("registered"), cancellationToken: Cancelled);

        await Assert.ThrowsAsync<ServerExistsException>(() => rig.Registry.AddAsync(Fleet.Server(id), cancellationToken: Cancelled));

        Assert.Equal(["declared", "registered"], rig.Registry.List().Select(entry => entry.Config.Id));
    }

    [Fact(Timeout = 30_000)]
    public async Task Of_many_that_add_the_same_server_at_once_one_succeeds()
    {
        await using var rig = await RegistryRig.StartAsync();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            try
            {
                await rig.Registry.AddAsync(Fleet.Server("files"), cancellationToken: Cancelled);
                return true;
            }
            catch (ServerExistsException)
            {
                return false;
            }
        }));

        Assert.Single(outcomes, success => success);
        Assert.Null(rig.Launcher.LivedTwice);
    }

    [Fact(Timeout = 30_000)]
    public async Task What_fails_its_test_is_not_added()
    {
        await using var rig = await RegistryRig.StartAsync();
        rig.Launcher.OnLaunch = launch => launch.Fail("it closed its output");

        var failed = await Assert.ThrowsAsync<ConnectionTestException>(() => rig.Registry.AddAsync(Fleet.Server("files"), new RegistrationOptions { Test = true }, Cancelled));

        Assert.Contains("it closed its output", failed.Message, StringComparison.Ordinal);
        Assert.Empty(rig.Registry.List());
        Assert.Empty((await rig.Store.Servers.ReadAsync(Cancelled)).Servers);
        Assert.Equal(0, rig.Launcher.Living("files"));
    }

    [Fact(Timeout = 30_000)]
    public async Task What_does_not_answer_its_test_in_time_is_not_added()
    {
        await using var rig = await RegistryRig.StartAsync();
        rig.Launcher.OnLaunch = _ => { };
        var adding = rig.Registry.AddAsync(Fleet.Server("files"), new RegistrationOptions { Test = true }, Cancelled);
        await rig.Launcher.NextAsync(Cancelled);

        rig.Time.Advance(TimeSpan.FromSeconds(30));

        Assert.Contains("within 30 s", (await Assert.ThrowsAsync<ConnectionTestException>(() => adding)).Message, StringComparison.Ordinal);
        Assert.Equal(0, rig.Launcher.Living("files"));
    }

    [Fact(Timeout = 30_000)]
    public async Task What_passes_its_test_is_stopped_added_and_started()
    {
        await using var rig = await RegistryRig.StartAsync();

        var entry = await rig.Registry.AddAsync(Fleet.Server("files"), new RegistrationOptions { Test = true }, Cancelled);

        Assert.Equal(ServerState.Running, entry.Status.State);
        Assert.Equal((2, 1), (rig.Launcher.Count, rig.Launcher.Living("files")));
        Assert.Null(rig.Launcher.LivedTwice);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_removed_server_is_stopped_and_forgotten_and_its_history_stays_readable()
    {
        await using var rig = await RegistryRig.StartAsync();
        await rig.Registry.AddAsync(Fleet.Server("files"), cancellationToken: Cancelled);

        Assert.True(await rig.Registry.RemoveAsync("files", Cancelled));

        Assert.Equal(0, rig.Launcher.Living("files"));
        Assert.Null(rig.Registry.Find("files"));
        Assert.Empty((await rig.Store.Servers.ReadAsync(Cancelled)).Servers);
        Assert.Contains((LifecycleEventKind.Removed, null), await rig.Sees(3, "files"));
        Assert.Single(await rig.Registry.ReadConnectionsAsync(new HistoryQuery { Server = "files" }, Cancelled));
    }

    [Fact(Timeout = 30_000)]
    public async Task Removing_what_is_not_there_says_so()
    {
        await using var rig = await RegistryRig.StartAsync();

        Assert.False(await rig.Registry.RemoveAsync("nobody", Cancelled));
    }

    [Fact(Timeout = 30_000)]
    public async Task What_the_file_declares_is_changed_and_removed_in_the_file()
    {
        await using var rig = await RegistryRig.StartAsync(Fleet.Server("files"));

        var notRemoved = await Assert.ThrowsAsync<DeclaredServerException>(() => rig.Registry.RemoveAsync("files", Cancelled));
        await Assert.ThrowsAsync<DeclaredServerException>(() => rig.Registry.UpdateAsync(Fleet.Server("files") with { Command = "other" }, Cancelled));

        Assert.Contains("declared in /srv/mcp.json: edit the file", notRemoved.Message, StringComparison.Ordinal);
        Assert.Equal("fake", rig.Registry.Find("files")!.Config.Command);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_changed_server_runs_by_its_new_definition_and_that_is_kept()
    {
        await using var rig = await RegistryRig.StartAsync();
        await rig.Registry.AddAsync(Fleet.Server("files"), cancellationToken: Cancelled);
        rig.Time.Advance(TimeSpan.FromSeconds(10));

        var entry = await rig.Registry.UpdateAsync(Fleet.Server("files") with { Command = "other", Tags = ["work"] }, Cancelled);

        Assert.Equal((ServerState.Running, "other", rig.Time.GetUtcNow()), (entry.Status.State, entry.Config.Command, entry.Updated));
        Assert.Equal("other", Assert.Single((await rig.Store.Servers.ReadAsync(Cancelled)).Servers).Config.Command);
        Assert.Contains((LifecycleEventKind.ConfigChanged, "tags, command"), (await rig.Sees(4)).Select(row => (row.Kind, row.Detail is "command, tags" ? "tags, command" : row.Detail)));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_change_that_does_not_come_up_is_not_kept()
    {
        await using var rig = await RegistryRig.StartAsync();
        await rig.Registry.AddAsync(Fleet.Server("files"), cancellationToken: Cancelled);
        rig.Launcher.OnLaunch = launch =>
        {
            if (launch.Config.Command == "broken")
                launch.Fail("no such program", isPermanent: true);
            else
                launch.Succeed();
        };

        await Assert.ThrowsAsync<ServerUpdateException>(() => rig.Registry.UpdateAsync(Fleet.Server("files") with { Command = "broken" }, Cancelled));

        Assert.Equal(("fake", ServerState.Running), (rig.Registry.Find("files")!.Config.Command, rig.Registry.Find("files")!.Status.State));
        Assert.Equal("fake", Assert.Single((await rig.Store.Servers.ReadAsync(Cancelled)).Servers).Config.Command);
    }

    [Fact(Timeout = 30_000)]
    public async Task What_changes_nothing_restarts_nothing_and_is_no_news()
    {
        await using var rig = await RegistryRig.StartAsync();
        var before = await rig.Registry.AddAsync(Fleet.Server("files"), cancellationToken: Cancelled);
        rig.Time.Advance(TimeSpan.FromSeconds(10));

        var after = await rig.Registry.UpdateAsync(Fleet.Server("files"), Cancelled);

        Assert.Equal((before.Updated, 1), (after.Updated, rig.Launcher.Count));
    }

    [Fact(Timeout = 30_000)]
    public async Task Who_is_unknown_is_unknown_to_every_operation()
    {
        await using var rig = await RegistryRig.StartAsync(Fleet.Server("files"));

        foreach (var act in (Func<Task>[])[
            () => rig.Registry.UpdateAsync(Fleet.Server("fils"), Cancelled),
            () => rig.Registry.EnableAsync("fils", Cancelled),
            () => rig.Registry.DisableAsync("fils", Cancelled),
            () => rig.Registry.ConnectAsync("fils", Cancelled),
            () => rig.Registry.DisconnectAsync("fils", Cancelled),
            () => rig.Registry.RequestAsync("fils", "tools/list", cancellationToken: Cancelled),
        ])
            Assert.Contains("Did you mean 'files'?", (await Assert.ThrowsAsync<UnknownServerException>(act)).Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task Connecting_what_is_connected_and_disconnecting_what_is_not_change_nothing()
    {
        await using var rig = await RegistryRig.StartAsync(Fleet.Server("files"));
        await rig.Reaches("files", ServerState.Running);

        Assert.Equal(ServerState.Running, (await rig.Registry.ConnectAsync("files", Cancelled)).State);
        Assert.Equal(1, rig.Launcher.Count);
        Assert.Equal("files", Assert.Single(rig.Registry.ListConnections()).Config.Id);
        Assert.Equal(ServerState.Stopped, (await rig.Registry.DisconnectAsync("files", Cancelled)).State);
        Assert.Equal(ServerState.Stopped, (await rig.Registry.DisconnectAsync("files", Cancelled)).State);
        Assert.Empty(rig.Registry.ListConnections());
        Assert.Equal(ServerState.Running, (await rig.Registry.ConnectAsync("files", Cancelled)).State);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_disabled_server_is_not_connected_until_it_is_enabled()
    {
        await using var rig = await RegistryRig.StartAsync();
        await rig.Registry.AddAsync(Fleet.Server("files"), cancellationToken: Cancelled);

        Assert.Equal(ServerState.Disabled, (await rig.Registry.DisableAsync("files", Cancelled)).Status.State);
        await Assert.ThrowsAsync<InvalidOperationException>(() => rig.Registry.ConnectAsync("files", Cancelled));
        Assert.True(Assert.Single((await rig.Store.Servers.ReadAsync(Cancelled)).Servers).Config.Disabled);

        Assert.Equal(ServerState.Running, (await rig.Registry.EnableAsync("files", Cancelled)).Status.State);
        Assert.False(Assert.Single((await rig.Store.Servers.ReadAsync(Cancelled)).Servers).Config.Disabled);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_server_is_chosen_by_each_of_its_sides()
    {
        await using var rig = await RegistryRig.StartAsync(Fleet.Server("files") with { Name = "My files", Tags = ["work", "disk"] }, Fleet.Server("off") with { Disabled = true, Tags = ["Work"] });
        await rig.Reaches("files", ServerState.Running);
        await rig.Registry.AddAsync(new ServerConfig { Id = "remote", Url = "https://example.com/mcp", Transport = ServerTransport.Http }, new RegistrationOptions { Source = "cli" }, Cancelled);

        Assert.Equal(["files", "off", "remote"], Chosen(new ServerFilter()));
        Assert.Equal(["remote"], Chosen(new ServerFilter { Transport = ServerTransport.Http }));
        Assert.Equal(["off"], Chosen(new ServerFilter { Enabled = false }));
        Assert.Equal(["files", "remote"], Chosen(new ServerFilter { Enabled = true }));
        Assert.Equal(["files", "off"], Chosen(new ServerFilter { Tag = "work" }));
        Assert.Equal(["files"], Chosen(new ServerFilter { Tag = "work", State = ServerState.Running }));
        Assert.Equal(["remote"], Chosen(new ServerFilter { Source = "cli" }));
        Assert.Equal(["files"], Chosen(new ServerFilter { Text = "MY FI" }));
        Assert.Equal(["files", "off"], Chosen(new ServerFilter { Text = "k" }));
        Assert.Empty(Chosen(new ServerFilter { Text = "nothing like it" }));

        IEnumerable<string> Chosen(ServerFilter filter) => rig.Registry.List(filter).Select(entry => entry.Config.Id);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_request_to_who_is_not_connected_says_how_to_connect_him()
    {
        await using var rig = await RegistryRig.StartAsync();
        await rig.Registry.AddAsync(Fleet.Server("files"), new RegistrationOptions { Start = false }, Cancelled);

        var failed = await Assert.ThrowsAsync<Steward.Upstreams.UpstreamErrorException>(() => rig.Registry.RequestAsync("files", "tools/list", cancellationToken: Cancelled));

        Assert.Contains("'steward start files'", failed.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() => rig.Registry.RequestAsync("files", "initialize", cancellationToken: Cancelled));
    }
}
