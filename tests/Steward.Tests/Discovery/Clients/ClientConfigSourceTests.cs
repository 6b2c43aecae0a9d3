using Steward.Discovery;
using Steward.Discovery.Clients;
using Xunit;

namespace Steward.Tests.Discovery.Clients;

public sealed class ClientConfigSourceTests : IDisposable
{
    private readonly TemporaryFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Fact(Timeout = 10_000)]
    public async Task The_clients_of_a_home_folder_are_read_together()
    {
        _home.Write(".config/Claude/claude_desktop_config.json", ClientRig.SampleBytes("claude-desktop.json"));
        _home.Write(".cursor/mcp.json", ClientRig.SampleBytes("cursor.json"));
        _home.Write("shop/.vscode/mcp.json", ClientRig.SampleBytes("vscode-project.json"));

        var found = await DiscoverAsync();

        Assert.Empty(found.Problems);
        Assert.Equal(
            ["filesystem claude-desktop", "github claude-desktop", "price-list claude-desktop", "github-cursor cursor", "crm cursor", "here cursor", "playwright vscode"],
            found.Servers.Select(server => $"{server.Id} {server.Source}"));
        Assert.Equal([$"cursor ({_home.Path}/.cursor/mcp.json)"], found.Servers[0].AlsoAt);
        Assert.True(found.IsComplete);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_broken_file_is_a_problem_with_its_place_and_harms_no_other()
    {
        var broken = _home.Write(".cursor/mcp.json", "{\n  \"mcpServers\": {\n    oops\n");
        _home.Write(".kiro/settings/mcp.json", "{ \"mcpServers\": { \"good\": { \"command\": \"good\" }, \"bad\": { \"args\": [] }, \"worse\": 3 } }");
        _home.Write(".codex/config.toml", "[mcp_servers.x]\ncommand = \"x\ny");
        _home.Write(".gemini/settings.json", "");

        var found = await DiscoverAsync();

        Assert.Equal(["good"], found.Servers.Select(server => server.Id));
        Assert.Equal(
            [
                $"{broken}(3,5): (root): the file is no valid JSON: 'o' is an invalid start of a property name. Expected a '\"'. Mend the text at this place or just before it.",
                $"{_home.Path}/.kiro/settings/mcp.json(1,57): mcpServers.bad: command is missing. Write command for a program on this machine, or url for a remote server.",
                $"{_home.Path}/.kiro/settings/mcp.json(1,82): mcpServers.worse: is a number, but must be an object. Write {{ }} with keys of a server.",
                $"{_home.Path}/.codex/config.toml(2,11): (root): the file is no valid TOML: a string that begins here is not closed. Write the missing quote.",
            ],
            found.Problems);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_file_too_large_is_refused_and_not_read_into_memory()
    {
        using (var large = File.Create(_home.Write(".claude.json", "")))
            large.SetLength(ClientDocument.MaxFileBytes + 1L);

        Assert.Equal([$"{_home.Path}/.claude.json(1,1): (root): the file cannot be read, or is larger than 16 MiB. Change its permissions, or move it away."], (await DiscoverAsync()).Problems);
    }

    [Fact(Timeout = 10_000)]
    public async Task Byte_order_mark_comments_trailing_commas_and_line_ends_of_Windows_are_taken()
    {
        _home.Write(".cursor/mcp.json", [0xEF, 0xBB, 0xBF, .. "{ // one\r\n  \"mcpServers\": { /* two */ \"a\": { \"command\": \"a\", }, },\r\n}\r\n"u8]);

        Assert.Equal(["a"], (await DiscoverAsync()).Servers.Select(server => server.Id));
    }

    [Fact(Timeout = 10_000)]
    public async Task Who_gives_up_is_heard()
    {
        using var end = new CancellationTokenSource();
        await end.CancelAsync();

        await Assert.ThrowsAsync<OperationCanceledException>(() => new ClientConfigSource([]).DiscoverAsync(Context, end.Token));
    }

    [Fact(Timeout = 10_000)]
    public async Task A_machine_without_clients_has_nothing_and_no_problems()
    {
        var found = await DiscoverAsync();

        Assert.Empty(found.Servers);
        Assert.Empty(found.Problems);
    }

    private DiscoveryContext Context => ClientRig.Context() with { Home = _home.Path, WorkingDirectory = Path.Combine(_home.Path, "shop") };

    private Task<DiscoveryResult> DiscoverAsync() => new ClientConfigSource(["http://127.0.0.1:7420"]).DiscoverAsync(Context, TestContext.Current.CancellationToken);
}
