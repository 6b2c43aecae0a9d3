using Steward.Agents;
using Steward.Configuration;
using Steward.Supervision;
using Steward.Tests.Clients;
using Steward.Tests.Gateway;
using Xunit;

namespace Steward.Tests.Agents;

public sealed class ServerToolSetTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 10_000)]
    public async Task Tools_of_all_servers_have_the_names_of_the_gateway_in_its_order()
    {
        await using var rig = await LibraryRig.StartAsync("b", "a");
        var tools = await rig.Manager.GetToolsAsync(cancellationToken: Cancelled);
        Assert.Equal(["b__echo", "b__wait", "a__echo", "a__wait"], tools.Names());
        Assert.Empty(await new McpServerManager(Array.Empty<ServerConfig>()).GetToolsAsync(cancellationToken: Cancelled));
    }

    [Fact(Timeout = 10_000)]
    public async Task Names_that_nobody_else_has_stay_as_they_are_where_that_is_wanted()
    {
        await using var rig = await StartOfEachAsync("a", "b");
        var tools = await rig.Manager.GetToolsAsync(new ServerToolOptions { Naming = ToolNaming.OnCollision }, Cancelled);
        Assert.Equal(["a__echo", "a__wait", "of-a", "b__echo", "b__wait", "of-b"], tools.Names());
    }

    [Fact(Timeout = 10_000)]
    public async Task Three_servers_that_offer_the_same_all_say_whose_it_is()
    {
        await using var rig = await StartOfEachAsync("a", "b", "c");
        var tools = await rig.Manager.GetToolsAsync(new ServerToolOptions { Naming = ToolNaming.OnCollision }, Cancelled);
        Assert.Equal(["a__echo", "b__echo", "c__echo"], tools.Where(tool => tool.GetService<ServerTool>()!.ToolName == "echo").Names());
    }

    [Fact(Timeout = 10_000)]
    public async Task A_filter_changes_no_names()
    {
        await using var rig = await LibraryRig.StartAsync("a", "b");
        var tools = await rig.Manager.GetToolsAsync(new ServerToolOptions { Naming = ToolNaming.OnCollision, Filter = tool => tool.ServerId == "b" }, Cancelled);
        Assert.Equal(["b__echo", "b__wait"], tools.Names());
        Assert.Equal(["a__wait"], (await rig.Manager.GetToolsAsync(tool => tool is { ServerId: "a", ToolName: "wait" }, Cancelled)).Names());
    }

    [Fact(Timeout = 10_000)]
    public async Task Names_are_such_as_model_providers_accept_and_unlike_each_other()
    {
        await using var rig = await LibraryRig.StartAsync(
            server => server.Tools.AddRange(["a.b", "a/b", new string('n', 80), "echo"]), new McpServerManagerOptions(), "a");
        var names = (await rig.Manager.GetToolsAsync(cancellationToken: Cancelled)).Names().ToArray();
        Assert.Equal(5, names.Length); // what is listed twice is one thing
        Assert.All(names, name => Assert.Matches("^[a-zA-Z0-9_-]{1,64}$", name));
        Assert.All(names[2..4], name => Assert.StartsWith("a__a_b_", name));
        Assert.Distinct(names);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_changed_list_shows_and_what_did_not_change_stays_the_same_object()
    {
        await using var rig = await LibraryRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var tools = await rig.Manager.GetToolsAsync(cancellationToken: Cancelled);
        var echo = tools.Find("a__echo");
        var third = tools.WithPrefix("p_").ReachesAsync(now => now.Count == 3);

        server.Tools.Add("third");
        await server.ChangedAsync();
        Assert.Equal(["p_a__echo", "p_a__wait", "p_a__third"], (await third).Names());
        Assert.Same(echo, tools.Find("a__echo"));
    }

    [Fact(Timeout = 10_000)]
    public async Task Every_set_made_of_others_lives_as_they_do()
    {
        await using var rig = await LibraryRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var all = await rig.Manager.GetToolsAsync(cancellationToken: Cancelled);
        var made = ToolSet.Merge(ToolSet.Of(new FakeTool("x_a__third"), new FakeTool("own")), all.Where(tool => tool.Name != "a__echo").WithPrefix("x_"));
        Assert.Equal(["x_a__third", "own", "x_a__wait"], made.Names());
        var hidden = made.ReachesAsync(_ => made.Hidden.Count == 1);
        var chosen = all.Only("a__third").ReachesAsync(now => now.Count == 1);

        server.Tools.AddRange(["third", "fourth"]);
        await server.ChangedAsync();
        Assert.Equal(["x_a__third", "own", "x_a__wait", "x_a__fourth"], (await hidden).Names());
        Assert.Equal(["a__third"], (await chosen).Names());
    }

    [Fact(Timeout = 10_000)]
    public async Task Servers_that_come_and_go_show()
    {
        await using var rig = await LibraryRig.StartAsync("a");
        var tools = await rig.Manager.GetToolsAsync(cancellationToken: Cancelled);

        var added = tools.ReachesAsync(now => now.Count == 4);
        await rig.Manager.AddServerAsync(GatewayRig.Server("b"), cancellationToken: Cancelled);
        Assert.Equal(["a__echo", "a__wait", "b__echo", "b__wait"], (await added).Names());

        var stopped = tools.ReachesAsync(now => now.Count == 2);
        await rig.Manager.StopServerAsync("a", Cancelled);
        Assert.Equal(["b__echo", "b__wait"], (await stopped).Names());

        var removed = tools.ReachesAsync(now => now.Count == 0);
        await rig.Manager.RemoveServerAsync("b", Cancelled);
        Assert.Empty(await removed);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_server_that_is_restarted_keeps_its_tools_meanwhile()
    {
        await using var rig = await LibraryRig.StartAsync("a", "b");
        var server = await rig.LaunchedAsync("a");
        var tools = await rig.Manager.GetToolsAsync(cancellationToken: Cancelled);
        await tools.ReachesAsync(now => now.Count == 4);
        server.Crash();
        await rig.Manager.WaitForStatusAsync("a", status => status.State == ServerState.Restarting, Cancelled);
        Assert.Equal(["a__echo", "a__wait", "b__echo", "b__wait"], tools.Names());
    }

    [Fact(Timeout = 10_000)]
    public async Task A_server_whose_end_is_not_in_its_status_yet_keeps_its_tools()
    {
        await using var rig = await LibraryRig.StartAsync("a", "b");
        var tools = await rig.Manager.GetToolsAsync(cancellationToken: Cancelled);
        await tools.ReachesAsync(now => now.Count == 4);
        rig.Manager.ServerOf("a").Current = null; // the first thing that its supervisor does then
        Assert.Equal(["a__echo", "a__wait", "b__echo", "b__wait"], tools.Names());
    }

    [Fact(Timeout = 10_000)]
    public async Task A_server_that_hangs_at_its_start_is_left_out_and_delays_only_for_its_patience()
    {
        await using var rig = await LibraryRig.StartAsync(server => server.IsSilent = server.Id == "b", new McpServerManagerOptions(), "a");
        var hanging = rig.Manager.AddServerAsync(GatewayRig.Server("b"), cancellationToken: Cancelled);
        await rig.LaunchedAsync("b");

        Assert.Equal(2, (await rig.Manager.GetToolsAsync(new ServerToolOptions { StartPatience = TimeSpan.Zero }, Cancelled)).Current.Count);
        rig.Time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(2, (await rig.Manager.GetToolsAsync(cancellationToken: Cancelled)).Current.Count);
        Assert.False(hanging.IsCompleted);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_server_that_is_being_started_is_waited_for()
    {
        await using var rig = await LibraryRig.StartAsync("a");
        var adding = rig.Manager.AddServerAsync(GatewayRig.Server("b"), cancellationToken: Cancelled);
        var tools = await rig.Manager.GetToolsAsync(cancellationToken: Cancelled);
        Assert.Equal(4, tools.Current.Count);
        await adding;
    }

    [Fact(Timeout = 10_000)]
    public async Task What_a_server_may_not_show_is_not_there()
    {
        await using var rig = await LibraryRig.StartAsync("a");
        var tools = await rig.Manager.GetToolsAsync(cancellationToken: Cancelled);
        var fewer = tools.ReachesAsync(now => now.Count == 1);
        await rig.Manager.UpdateServerAsync(GatewayRig.Server("a") with { Tools = new ToolFilter { Deny = ["wait"] } }, Cancelled);
        Assert.Equal(["a__echo"], (await fewer).Names());
    }

    [Fact(Timeout = 10_000)]
    public async Task A_watch_ends_with_the_manager()
    {
        var rig = await LibraryRig.StartAsync("a");
        var tools = await rig.Manager.GetToolsAsync(cancellationToken: Cancelled);
        var watching = CountAsync(ToolSet.Merge(tools, ToolSet.Of(new FakeTool("own"))));
        await rig.DisposeAsync();
        Assert.True(await watching >= 1);
    }

    private static async Task<int> CountAsync(ToolSet tools)
    {
        var looks = 0;
        await foreach (var _ in tools.WatchAsync(Cancelled))
            looks++;
        return looks;
    }

    /// <summary>Servers that each have a tool of their own beside what all have.</summary>
    private static Task<LibraryRig> StartOfEachAsync(params string[] servers) =>
        LibraryRig.StartAsync(server => server.Tools.Add($"of-{server.Id}"), new McpServerManagerOptions(), servers);
}
