namespace Steward.ConformanceClient;

/// <summary>What a client does in each scenario of the suite. That Steward connects and reads the lists is enough for most.</summary>
internal static class Scenario
{
    /// <summary>
    /// Whether the suite's server speaks nothing but the legacy era in a scenario, and takes a question for the other era for a
    /// failure of the client.
    /// </summary>
    public static bool IsLegacyOnly(string scenario) => scenario is "initialize" or "sse-retry" or "json-schema-ref-no-deref";

    public static async Task RunAsync(string scenario, RemoteGateway gateway, ScenarioContext context)
    {
        switch (scenario)
        {
            case "tools_call":
                await CallAsync(gateway, ("add_numbers", new() { ["a"] = 5, ["b"] = 10 }));
                break;
            case "elicitation-sep1034-client-defaults":
                await CallAsync(gateway, ("test_client_elicitation_defaults", []));
                break;
            case "sse-retry":
                await CallAsync(gateway, ("test_reconnection", []));
                break;
            case "auth/scope-step-up":
                await CallAsync(gateway, ("test-tool", new() { ["foo"] = "bar" }));
                break;
            case "auth/authorization-server-migration":
                await ListAsync(gateway); // with the first server's token, after which the suite moves on to the second
                await ListAsync(gateway);
                break;
            case "http-standard-headers":
                await CallAsync(gateway, ("test_headers", []));
                await ReadEverythingAsync(gateway);
                break;
            case "http-custom-headers":
                await CallAsync(gateway, [.. context.Calls()]);
                break;
            case "http-invalid-tool-headers":
                await CallAsync(gateway, ("valid_tool", new() { ["region"] = "us-east1" }));
                break;
            case "json-schema-2020-12-preservation":
                await EchoSchemaAsync(gateway);
                break;
            case "sep-2322-client-request-state":
                await CallAsync(gateway, ("test_mrtr_echo_state", []), ("test_mrtr_unrelated", []), ("test_mrtr_no_state", []), ("test_mrtr_no_result_type", []));
                break;
            default:
                await ListAsync(gateway);
                break;
        }
    }

    private static async Task CallAsync(RemoteGateway gateway, params (string Tool, Dictionary<string, object?> Arguments)[] calls)
    {
        await using var client = await gateway.ConnectAsync();
        var tools = await client.ListToolsAsync();
        foreach (var (tool, arguments) in calls)
        {
            if (tools.All(known => known.Name != tool))
                throw new InvalidOperationException($"there is no tool {tool}, only {string.Join(", ", tools.Select(known => known.Name))}");
            var result = await client.CallToolAsync(tool, arguments);
            if (result.IsError == true)
                throw new InvalidOperationException($"the tool {tool} failed");
        }
    }

    private static async Task EchoSchemaAsync(RemoteGateway gateway)
    {
        await using var client = await gateway.ConnectAsync();
        var tool = (await client.ListToolsAsync()).First(known => known.Name == "json_schema_2020_12_tool");
        await client.CallToolAsync("json_schema_echo", new Dictionary<string, object?> { ["schema"] = tool.JsonSchema });
    }

    private static async Task ReadEverythingAsync(RemoteGateway gateway)
    {
        await using var client = await gateway.ConnectAsync();
        foreach (var prompt in await client.ListPromptsAsync())
            await client.GetPromptAsync(prompt.Name);
        foreach (var resource in await client.ListResourcesAsync())
            await client.ReadResourceAsync(resource.Uri);
    }

    /// <summary>By Steward's own connection: its clients are answered from what it knows.</summary>
    private static async Task ListAsync(RemoteGateway gateway) =>
        await gateway.Connection.RequestAsync("tools/list", default, Timeout.InfiniteTimeSpan, CancellationToken.None);
}
