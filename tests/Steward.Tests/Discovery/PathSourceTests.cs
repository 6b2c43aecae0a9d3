using Steward.Discovery;
using Steward.Discovery.Local;
using Xunit;

namespace Steward.Tests.Discovery;

public sealed class PathSourceTests : IDisposable
{
    private readonly Machine _machine = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _machine.Dispose();

    [Fact(Timeout = 10_000)]
    public async Task Programs_whose_names_say_that_they_are_servers_are_found_and_none_is_run()
    {
        string[] servers = ["mcp-git", "weather-mcp", "my-mcp-server-pro", "mcp_files"];
        foreach (var name in servers.Concat(["mcp-inspector", "mcp-proxy", "git", "mcpo", "compmcp"]))
            _machine.WriteProgram($"bin/{name}");
        _machine.SetPath("bin", "there/is/none");

        var result = await DiscoverAsync(_machine);

        Assert.Equal(servers.Order(StringComparer.Ordinal), result.Servers.Select(server => server.Id).Order(StringComparer.Ordinal));
        Assert.All(result.Servers, server => Assert.Equal((_machine.PathOf($"bin/{server.Id}"), server.Id, "path"), (server.Config.Command, server.Config.Id, server.Source)));
        Assert.Equal("MCP Git", result.Servers.Single(server => server.Id == "mcp-git").Name);
        Assert.Empty(result.Problems);
        Assert.False(_machine.HasRun);
    }

    [Theory(Timeout = 10_000)]
    [InlineData("home/me/.local/bin")]
    [InlineData("usr/local/bin")]
    [InlineData("opt/mcp-servers")]
    public async Task The_usual_folders_are_searched_although_they_are_not_on_PATH(string folder)
    {
        var program = _machine.WriteProgram($"{folder}/mcp-git");

        Assert.Equal(program, Assert.Single((await DiscoverAsync(_machine)).Servers).Config.Command);
    }

    [Fact(Timeout = 10_000)]
    public async Task Of_two_programs_of_one_name_the_first_on_PATH_wins_and_the_other_is_named()
    {
        var second = _machine.WriteProgram("usr/local/bin/mcp-git");
        var first = _machine.WriteProgram("bin/mcp-git");
        _machine.SetPath("bin", "usr/local/bin", "bin");

        var server = Assert.Single((await DiscoverAsync(_machine)).Servers);

        Assert.Equal(("mcp-git", first), (server.Id, server.Config.Command));
        Assert.StartsWith($"{second} has the same name.", Assert.Single(server.Problems), StringComparison.Ordinal);
    }

    [Fact(Timeout = 10_000)]
    public async Task What_cannot_be_executed_is_no_program()
    {
        _machine.Write("bin/mcp-notes.txt");
        _machine.Write("bin/mcp-readme");
        Directory.CreateDirectory(_machine.PathOf("bin/mcp-folder"));
        File.CreateSymbolicLink(_machine.PathOf("bin/mcp-broken"), _machine.PathOf("nowhere"));
        _machine.SetPath("bin");

        Assert.Empty((await DiscoverAsync(_machine)).Servers);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_link_to_a_program_is_one_and_a_link_of_a_package_manager_is_left_to_its_source()
    {
        File.CreateSymbolicLink(_machine.PathOf("mcp-git"), _machine.WriteProgram("opt/git/run"));
        _machine.WriteProgram("home/me/.local/share/uv/tools/mcp-server-time/bin/mcp-server-time");
        File.CreateSymbolicLink(_machine.PathOf("mcp-server-time"), _machine.PathOf("home/me/.local/share/uv/tools/mcp-server-time/bin/mcp-server-time"));
        _machine.Variables["PATH"] = _machine.Root;

        Assert.Equal("mcp-git", Assert.Single((await DiscoverAsync(_machine)).Servers).Id);
    }

    [Fact(Timeout = 10_000)]
    public async Task On_Windows_the_ending_tells_what_is_a_program_and_which_of_several_counts()
    {
        using var machine = new Machine { Platform = DiscoveryPlatform.Windows };
        foreach (var name in (string[])["mcp-git.ps1", "mcp-git.cmd", "mcp-git.EXE", "mcp-git", "mcp-notes.txt"])
            machine.Write($"bin/{name}");
        machine.Variables["PATHEXT"] = ".COM;.EXE;.CMD";
        machine.SetPath("bin");

        var server = Assert.Single((await DiscoverAsync(machine)).Servers);

        Assert.Equal(("mcp-git", machine.PathOf("bin/mcp-git.EXE")), (server.Id, server.Config.Command));
    }

    [Fact(Timeout = 10_000)]
    public async Task A_name_that_looks_like_a_reference_stays_a_name()
    {
        _machine.WriteProgram("bin/mcp-${env:HOME}");
        _machine.SetPath("bin");

        var server = Assert.Single((await DiscoverAsync(_machine)).Servers);

        Assert.EndsWith("/bin/mcp-$${env:HOME}", server.Config.Command, StringComparison.Ordinal);
        Assert.Equal("mcp-env-HOME", server.Id);
    }

    private static Task<DiscoveryResult> DiscoverAsync(Machine machine) => new PathSource().DiscoverAsync(machine.Context, Cancelled);
}
