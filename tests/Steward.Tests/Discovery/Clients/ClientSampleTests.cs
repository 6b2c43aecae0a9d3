using Steward.Configuration;
using Xunit;
using static Steward.Tests.Discovery.Clients.ClientRig;

namespace Steward.Tests.Discovery.Clients;

/// <summary>What is read of the files as each client writes them.</summary>
public sealed class ClientSampleTests
{
    [Fact(Timeout = 10_000)]
    public void Claude_Desktop_replaces_no_variables_so_a_dollar_sign_stays_one() => Finds(
        ReadSample("claude-desktop.json"),
        "filesystem: Stdio npx -y @modelcontextprotocol/server-filesystem /home/ann/Documents",
        "github: Stdio docker run -i --rm -e GITHUB_PERSONAL_ACCESS_TOKEN ghcr.io/github/github-mcp-server GITHUB_PERSONAL_ACCESS_TOKEN=ghp_EXAMPLE",
        "price-list: Stdio /opt/prices/serve --currency $USD $${HOME}",
        "steward: Stdio /usr/local/bin/steward stdio");

    [Fact(Timeout = 10_000)]
    public void Claude_Code_has_servers_for_all_projects_and_for_single_ones()
    {
        var reading = ReadSample("claude-code.json");

        Finds(
            reading,
            "filesystem: Stdio npx -y @modelcontextprotocol/server-filesystem /home/ann/Documents",
            "sentry: Http https://mcp.sentry.dev/mcp Authorization: Bearer ${env:SENTRY_TOKEN} calls 600s",
            "linear: Sse https://mcp.linear.app/sse auth OAuth steward-test  read+write 8765",
            "events: WebSocket wss://events.example.org/mcp",
            "helped: Http https://helped.example.org/mcp",
            "database: Stdio uvx postgres-mcp --access-mode=restricted DATABASE_URI=${env:SHOP_DB:-postgresql://localhost/shop} in /home/ann/shop",
            "local-notes: Stdio ./notes in /home/ann/shop off");
        Assert.Equal(["\"headersHelper\" is left out: Steward has nothing like it."], reading.Servers.Single(server => server.Id == "helped").Problems);
    }

    [Fact(Timeout = 10_000)]
    public void Claude_Code_in_a_project() => Finds(
        ReadSample("claude-code-project.json"),
        "api-server: Http ${env:API_BASE_URL:-https://api.example.com}/mcp Authorization: Bearer ${env:API_KEY}",
        "tests: Stdio ./tools/test-server --root . in /home/ann/shop");

    [Fact(Timeout = 10_000)]
    public void Cursor_knows_variables_folders_and_registered_clients()
    {
        var reading = ReadSample("cursor.json");

        Finds(
            reading,
            "files: Stdio npx -y @modelcontextprotocol/server-filesystem /home/ann/Documents",
            "github: Stdio npx -y @modelcontextprotocol/server-github --config ${env:HOME}/github.json GITHUB_TOKEN=${env:GITHUB_TOKEN}",
            "crm: Auto https://crm.example.com/mcp X-Key: ${env:CRM_KEY} auth OAuth ${env:CRM_CLIENT} ${env:CRM_SECRET} read+write 0",
            "here: Stdio serve $${workspaceFolder}/data");
        Assert.Equal(["It uses ${workspaceFolder}, the folder that the client has open. Write the path of a folder there."], reading.Servers[^1].Problems);
    }

    [Fact(Timeout = 10_000)]
    public void Cursor_in_a_project_has_the_folder_and_a_file_of_variables()
    {
        using var folder = new TemporaryFolder();
        folder.Write(".env", "# secrets\nexport TOKEN='s3 $cret'\nEMPTY=\nURL=\"https://x/?a=1#b\\n\"\nPLAIN = a b # comment\nbad line\n");

        var reading = ReadSample("cursor-project.json", Context() with { WorkingDirectory = folder.Path });

        var server = Assert.Single(reading.Servers);
        Assert.Equal($"{folder.Path}/bin/docs", server.Config.Command);
        Assert.Equal([Path.GetFileName(folder.Path)], server.Config.Args);
        Assert.Equal(folder.Path, server.Config.Cwd);
        Assert.Equal(
            new Dictionary<string, string> { ["TOKEN"] = "s3 $cret", ["EMPTY"] = "", ["URL"] = "https://x/?a=1#b\n", ["PLAIN"] = "a b" },
            server.Config.Env);
        Assert.StartsWith("The 4 variables of ", Assert.Single(server.Problems), StringComparison.Ordinal);
    }

    [Fact(Timeout = 10_000)]
    public void VS_Code_asks_for_inputs_which_become_variables_that_the_user_must_set()
    {
        var reading = ReadSample("vscode.json");

        Finds(
            reading,
            "Perplexity: Stdio npx -y server-perplexity-ask --region ${env:REGION:-eu} PERPLEXITY_API_KEY=${env:PERPLEXITY_KEY} PORT=8080",
            "microsoft-docs-mcp: Http https://learn.microsoft.com/api/mcp",
            "sandboxed: Stdio node ${env:HOME}/server.js $${command:pickPort}");
        Assert.Equal(
            [
                "The client asks its user for \"region\" (Region). Set the environment variable REGION to it before Steward starts.",
                "The client asks its user for \"perplexity-key\" (Perplexity API Key). Set the environment variable PERPLEXITY_KEY to it before Steward starts.",
                "\"dev\" is left out: Steward has nothing like it.",
            ],
            reading.Servers[0].Problems);
        Assert.Empty(reading.Servers[1].Problems);
        Assert.Equal("microsoft.docs/mcp", reading.Servers[1].Name);
        Assert.Equal(
            ["It uses \"${command:pickPort}\", which Steward does not know. Write its value there.", "\"sandboxEnabled\" is left out: Steward has nothing like it."],
            reading.Servers[2].Problems);
    }

    [Fact(Timeout = 10_000)]
    public void VS_Code_in_a_workspace_without_the_file_of_variables_that_it_names()
    {
        var reading = ReadSample("vscode-project.json");

        Finds(reading, "playwright: Stdio npx @playwright/mcp@latest --output-dir /home/ann/shop/out in /home/ann/shop");
        Assert.Equal(["Its variables in \"/home/ann/shop/.env\" are left out: the file cannot be read."], reading.Servers[0].Problems);
    }

    [Fact(Timeout = 10_000)]
    public void VS_Code_of_older_versions_had_servers_in_its_settings() =>
        Finds(ReadSample("vscode-settings.json"), "old: Stdio old-server --token ${env:TOKEN}");

    [Fact(Timeout = 10_000)]
    public void Windsurf_has_addresses_of_its_own_spelling_and_files_for_secrets() => Finds(
        ReadSample("windsurf.json"),
        "github-mcp-server: Stdio docker run -i --rm -e GITHUB_PERSONAL_ACCESS_TOKEN ghcr.io/github/github-mcp-server GITHUB_PERSONAL_ACCESS_TOKEN=${env:GITHUB_TOKEN} not delete_repository",
        "remote-http-mcp: Auto https://mcp.example.com/mcp API_KEY: Bearer ${env:AUTH_TOKEN} X-File: ${file:/home/ann/.secrets/key}",
        "off: Stdio off-server off");

    [Fact(Timeout = 10_000)]
    public void Cline_counts_seconds_and_takes_an_address_for_SSE() => Finds(
        ReadSample("cline.json"),
        "local-server: Stdio node /path/to/server.js API_KEY=${env:API_KEY} approves tool1,tool2 calls 120s",
        "older: Stdio node older.js approves look",
        "remote-server: Sse https://server.example.com/sse Authorization: Bearer t0ken off",
        "streaming: Http https://server.example.com/mcp");

    [Fact(Timeout = 10_000)]
    public void Kiro_and_the_manager_of_adk_which_writes_the_same_file()
    {
        var reading = ReadSample("kiro.json");

        Finds(
            reading,
            "web-search: Stdio uvx mcp-server-search SEARCH_KEY=${env:SEARCH_KEY} approves search not purge calls 60s",
            "api-server: Auto https://api.example.com/mcp Authorization: Bearer ${env:API_TOKEN} X-Custom-Header: value",
            "adk: Stdio adk-server");
        Assert.Equal(["Its OAuth settings are left out: the header Authorization says already who comes."], reading.Servers[1].Problems);
        var adk = reading.Servers[2].Config;
        Assert.Equal((TimeSpan.FromMilliseconds(500), 3, ServerLifecycle.Initialize), (adk.RestartPolicy.InitialDelay, adk.RestartPolicy.MaxRestartAttempts, adk.Lifecycle));
        Assert.True(adk.Tasks.Enabled);
        Assert.Empty(reading.Servers[2].Problems);
    }

    [Fact(Timeout = 10_000)]
    public void Zed_keeps_servers_among_its_settings_and_those_of_extensions_are_not_ours() => Finds(
        ReadSample("zed.json"),
        "my-server: Stdio some-command arg-1 $literal calls 90s",
        "first-form: Stdio /opt/first run A=1",
        "remote: Auto https://zed.example.org/mcp Authorization: Bearer x off");

    [Fact(Timeout = 10_000)]
    public void Gemini_CLI_knows_two_kinds_of_addresses_and_variables_without_braces()
    {
        var reading = ReadSample("gemini-cli.json");

        Finds(
            reading,
            "pythonTools: Stdio python -m my_mcp_server --port 8080 DATABASE_URL=${env:DB_CONNECTION_STRING} API_KEY=${env:EXTERNAL_API_KEY} PRICE=5 $ each in /home/ann/mcp-servers/python only safe_tool not dangerous_tool calls 15s",
            "nodeServer: Stdio node dist/server.js off",
            "httpServer: Http http://localhost:3000/mcp calls 5s",
            "sseServer: Sse http://localhost:8080/sse");
        Assert.Equal("Tools in Python", reading.Servers[0].Description);
        Assert.Equal(["\"trust\" is left out: Steward has nothing like it."], reading.Servers[0].Problems);
    }

    [Fact(Timeout = 10_000)]
    public void Codex_writes_TOML_and_names_variables_in_place_of_secrets() => Finds(
        ReadSample("codex.toml"),
        @"context7: Stdio npx -y @upstash/context7-mcp LOG_LEVEL=debug PATTERN=^\d+$ approves resolve-library-id only resolve-library-id,get-library-docs calls 45s start 20.5s",
        "figma-remote: Http https://mcp.figma.com/mcp X-Figma-Region: us-east-1 X-Team: ${env:FIGMA_TEAM} auth Bearer ${env:FIGMA_OAUTH_TOKEN}   0",
        "off: Stdio off-server off");

    [Fact(Timeout = 10_000)]
    public void The_files_of_Shannon() =>
        Finds(ReadSample("shannon.json"), "memory: Stdio npx -y @modelcontextprotocol/server-memory");

    [Fact(Timeout = 10_000)]
    public void On_Windows_the_home_folder_has_another_variable()
    {
        var context = Context(Steward.Discovery.DiscoveryPlatform.Windows);

        Assert.Equal(@"${env:USERPROFILE}\github.json", ReadSample("cursor.json", context).Servers[1].Config.Args[^1]);
    }
}
