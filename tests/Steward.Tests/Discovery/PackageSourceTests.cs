using Steward.Discovery;
using Steward.Discovery.Local;
using Xunit;

namespace Steward.Tests.Discovery;

public sealed class PackageSourceTests : IDisposable
{
    private const string Node = "opt/node";

    private readonly Machine _machine = new();

    public PackageSourceTests()
    {
        _machine.WriteProgram($"{Node}/bin/npx");
        _machine.SetPath($"{Node}/bin");
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _machine.Dispose();

    [Theory(Timeout = 10_000)]
    [InlineData("weather", """{"mcpName":"io.github.me/weather","bin":{"weather":"run.js"}}""")]
    [InlineData("weather", """{"keywords":["MCP","weather"],"bin":"run.js"}""")]
    [InlineData("weather-mcp", """{"bin":"run.js"}""")]
    [InlineData("@me/weather", """{"bin":{"mcp-weather":"run.js","other":"o.js"}}""")]
    [InlineData("weather", """{"dependencies":{"@modelcontextprotocol/sdk":"^1.0.0"},"bin":{"weather":"run.js"}}""")]
    public async Task A_global_package_that_looks_like_a_server_is_found(string name, string manifest)
    {
        Install($"{Node}/lib/node_modules/{name}", name, manifest);

        var server = Assert.Single((await NpmAsync()).Servers);

        Assert.Equal((name, "1.2.3", "npm", _machine.PathOf($"{Node}/lib/node_modules/{name}")), (server.Name, server.Version, server.Source, server.Location));
        Assert.Equal("What it is.", server.Description);
    }

    [Theory(Timeout = 10_000)]
    [InlineData("weather", """{"bin":"run.js"}""")]
    [InlineData("mcp-library", """{"main":"lib.js"}""")]
    [InlineData("@modelcontextprotocol/inspector", """{"bin":"run.js"}""")]
    [InlineData("@google/gemini-cli", """{"dependencies":{"@modelcontextprotocol/sdk":"1"},"bin":"run.js"}""")]
    [InlineData("evil-mcp", """{"bin":{"../../../mcp-evil":"run.js"}}""")]
    public async Task Libraries_clients_and_everything_else_are_not(string name, string manifest)
    {
        Install($"{Node}/lib/node_modules/{name}", name, manifest);

        Assert.Empty((await NpmAsync()).Servers);
    }

    [Fact(Timeout = 10_000)]
    public async Task An_installed_package_is_started_by_its_program_and_one_of_npx_by_npx_in_this_version()
    {
        var program = _machine.WriteProgram($"{Node}/bin/mcp-server-git");
        Install($"{Node}/lib/node_modules/@me/mcp-server-git", "@me/mcp-server-git", """{"bin":"run.js"}""");
        _machine.Write("home/me/.npm/_npx/0a1b/package.json", """{"dependencies":{"@me/mcp-time":"^1.0.0","@me/mcp-server-git":"1"}}""");
        Install("home/me/.npm/_npx/0a1b/node_modules/@me/mcp-time", "@me/mcp-time", """{"bin":{"mcp-time":"run.js"}}""");
        Install("home/me/.npm/_npx/0a1b/node_modules/@me/mcp-server-git", "@me/mcp-server-git", """{"bin":"run.js"}""");
        Install("home/me/.npm/_npx/0a1b/node_modules/mcp-brought-along", "mcp-brought-along", """{"bin":"run.js"}""");

        var servers = (await NpmAsync()).Servers;

        Assert.Equal(["mcp-server-git", "mcp-time"], servers.Select(server => server.Id));
        Assert.Equal(program, servers[0].Config.Command);
        Assert.Equal(("npx", "-y @me/mcp-time@1.2.3"), (servers[1].Config.Command, string.Join(' ', servers[1].Config.Args)));
        Assert.Empty(servers[1].Problems);
        Assert.False(_machine.HasRun);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_manifest_that_is_broken_is_named_and_hides_no_other()
    {
        var broken = _machine.Write($"{Node}/lib/node_modules/mcp-broken/package.json", "{\n  \"name\": oops }");
        Install($"{Node}/lib/node_modules/mcp-sound", "mcp-sound", """{"bin":"run.js"}""");

        var result = await NpmAsync();

        Assert.Equal("mcp-sound", Assert.Single(result.Servers).Id);
        Assert.StartsWith($"{broken} is no JSON: line 2,", Assert.Single(result.Problems), StringComparison.Ordinal);
    }

    [Fact(Timeout = 10_000)]
    public async Task The_prefix_of_npmrc_and_the_folders_of_pnpm_and_bun_are_searched()
    {
        _machine.Write("home/me/.npmrc", "fund=false\nprefix = ~/.npm-packages\n");
        Install("home/me/.npm-packages/lib/node_modules/mcp-a", "mcp-a", """{"bin":"run.js"}""");
        Install("home/me/.local/share/pnpm/global/5/node_modules/mcp-b", "mcp-b", """{"bin":"run.js"}""");
        Install("home/me/.bun/install/global/node_modules/mcp-c", "mcp-c", """{"bin":"run.js"}""");

        Assert.Equal(["mcp-a", "mcp-c", "mcp-b"], (await NpmAsync()).Servers.Select(server => server.Id));
    }

    [Fact(Timeout = 10_000)]
    public async Task On_Windows_the_packages_of_npm_lie_in_AppData()
    {
        using var machine = new Machine { Platform = DiscoveryPlatform.Windows };
        machine.Variables["APPDATA"] = machine.PathOf("AppData");
        machine.Write("AppData/npm/node_modules/mcp-git/package.json", """{"name":"mcp-git","bin":"run.js"}""");
        var program = machine.Write("AppData/npm/mcp-git.cmd");

        var server = Assert.Single((await new NpmSource().DiscoverAsync(machine.Context, Cancelled)).Servers);

        Assert.Equal(program, server.Config.Command);
    }

    [Fact(Timeout = 10_000)]
    public async Task Tools_of_uv_and_pipx_are_found_by_what_they_build_on_and_by_their_receipts()
    {
        var linked = _machine.WriteProgram("home/me/.local/bin/mcp-server-git");
        Tool("home/me/.local/share/uv/tools/mcp-server-git", "mcp_server_git", "mcp-server-git", requires: "mcp>=1.0.0");
        _machine.Write("home/me/.local/share/uv/tools/mcp-server-git/uv-receipt.toml",
            $"[tool]\nrequirements = [{{ name = \"mcp-server-git\" }}]\nentrypoints = [\n    {{ name = \"mcp-server-git\", install-path = \"{linked}\", from = \"mcp-server-git\" }},\n]\n");
        Tool("home/me/.local/share/uv/tools/ruff", "ruff", "ruff", requires: "click");
        Tool("home/me/.local/share/uv/tools/llm", "llm", "llm", requires: "mcp ; extra == 'mcp'");
        Tool("home/me/.local/share/pipx/venvs/weather", "weather", "weather", requires: "fastmcp (>=2)");

        var servers = (await new PythonSource().DiscoverAsync(_machine.Context, Cancelled)).Servers;

        Assert.Equal(["mcp-server-git", "weather"], servers.Select(server => server.Id));
        Assert.Equal([linked, _machine.PathOf("home/me/.local/share/pipx/venvs/weather/bin/weather")], servers.Select(server => server.Config.Command!));
        Assert.All(servers, server => Assert.Equal(("2.0.1", "What it is.", "uv"), (server.Version, server.Description, server.Source)));
        Assert.False(_machine.HasRun);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_tool_of_dotnet_is_found_by_its_package_type_with_the_variables_that_it_needs()
    {
        const string store = "home/me/.dotnet/tools/.store";
        DotnetTool($"{store}/acme.weather/1.0.0/acme.weather/1.0.0", "Acme.Weather", "acme-weather", """<packageTypes><packageType name="DotnetTool"/><packageType name="McpServer"/></packageTypes>""");
        _machine.Write($"{store}/acme.weather/1.0.0/acme.weather/1.0.0/.mcp/server.json",
            """{"name":"io.github.acme/weather","packages":[{"registryType":"nuget","identifier":"Acme.Weather","packageArguments":[{"type":"positional","value":"serve"}],"environmentVariables":[{"name":"WEATHER_KEY","description":"From acme.example","isRequired":true}]}]}""");
        DotnetTool($"{store}/dotnet-ef/9.0.0/dotnet-ef/9.0.0", "dotnet-ef", "dotnet-ef", "");
        _machine.Write($"{store}/broken/1.0.0/broken/1.0.0/broken.nuspec", "<package>");

        var result = await new DotnetSource().DiscoverAsync(_machine.Context, Cancelled);

        var server = Assert.Single(result.Servers);
        Assert.Equal(("acme-weather", "Acme.Weather", "1.0.0", "dotnet"), (server.Id, server.Name, server.Version, server.Source));
        Assert.Equal((_machine.PathOf("home/me/.dotnet/tools/acme-weather"), "serve", "${env:WEATHER_KEY}"), (server.Config.Command, Assert.Single(server.Config.Args), server.Config.Env["WEATHER_KEY"]));
        Assert.StartsWith("WEATHER_KEY is not set (From acme.example).", Assert.Single(server.Problems), StringComparison.Ordinal);
        Assert.Contains("broken", Assert.Single(result.Problems), StringComparison.Ordinal);
    }

    private Task<DiscoveryResult> NpmAsync() => new NpmSource().DiscoverAsync(_machine.Context, Cancelled);

    private void Install(string folder, string name, string manifest) =>
        _machine.Write($"{folder}/package.json", $$"""{"name":"{{name}}","version":"1.2.3","description":"What it\n is.",{{manifest[1..]}}""");

    private void Tool(string folder, string info, string program, string requires)
    {
        var packages = $"{folder}/lib/python3.12/site-packages";
        _machine.Write($"{packages}/{info}-2.0.1.dist-info/METADATA", $"Metadata-Version: 2.4\nName: {info}\nVersion: 2.0.1\nSummary: What it is.\nRequires-Dist: {requires}\n\nmcp and more\nRequires-Dist: mcp\n");
        _machine.Write($"{packages}/{info}-2.0.1.dist-info/entry_points.txt", $"[console_scripts]\n{program} = module:main\n\n[other]\nx = y:z\n");
        _machine.Write($"{packages}/mcp-1.0.0.dist-info/METADATA", "Name: mcp\n\n");
        _machine.WriteProgram($"{folder}/bin/{program}");
    }

    private void DotnetTool(string folder, string id, string command, string types)
    {
        _machine.Write($"{folder}/{id.ToLowerInvariant()}.nuspec", $"""<package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd"><metadata><id>{id}</id><version>1.0.0</version><description>What it is.</description>{types}</metadata></package>""");
        _machine.Write($"{folder}/tools/net10.0/any/DotnetToolSettings.xml", $"""<DotNetCliTool Version="1"><Commands><Command Name="{command}" EntryPoint="x.dll" Runner="dotnet" /></Commands></DotNetCliTool>""");
    }
}
