using System.Text.Json;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Steward.EndToEnd.Clients;
using Xunit;

namespace Steward.EndToEnd;

/// <summary>Three clients by other people use four servers by other people.</summary>
public sealed class RealServerTests(FourServers four) : IClassFixture<FourServers>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 300_000)]
    public async Task The_inspector_lists_and_calls_the_tools_of_all_servers_on_the_merged_endpoint()
    {
        var names = (await InspectorCli.RunAsync(four.Steward.Endpoint, "tools/list", Cancellation)).Names("tools");
        foreach (var call in four.Calls)
        {
            Assert.Contains(call.MergedName, names);
            Assert.Contains(call.Answer, (await InspectAsync(four.Steward.Endpoint, call.MergedName, call)).TextOfTool());
        }
    }

    [Fact(Timeout = 300_000)]
    public async Task The_inspector_lists_and_calls_the_tools_of_each_server_on_its_own_endpoint()
    {
        foreach (var call in four.Calls)
        {
            var endpoint = four.Steward.EndpointOf(call.Server);
            Assert.Contains(call.Tool, (await InspectorCli.RunAsync(endpoint, "tools/list", Cancellation)).Names("tools"));
            Assert.Contains(call.Answer, (await InspectAsync(endpoint, call.Tool, call)).TextOfTool());
        }
    }

    [Fact(Timeout = 300_000)]
    public async Task The_typescript_client_lists_and_calls_the_tools_of_all_servers_on_the_merged_endpoint()
    {
        await using var client = await TypeScriptClient.ConnectAsync(four.Steward.Endpoint, "merged", null, Cancellation);
        var names = (await client.RequestAsync("tools/list", null, Cancellation)).Names("tools");
        Assert.All(names, name => Assert.Contains("__", name));
        Assert.Equal(names, (await client.RequestAsync("tools/list", null, Cancellation)).Names("tools")); // stable in order
        foreach (var call in four.Calls)
        {
            Assert.Contains(call.MergedName, names);
            Assert.Contains(call.Answer, (await client.CallAsync(call.MergedName, call.NewArguments(), Cancellation)).TextOfTool());
        }
    }

    [Fact(Timeout = 300_000)]
    public async Task The_typescript_client_lists_and_calls_the_tools_of_each_server_on_its_own_endpoint()
    {
        foreach (var call in four.Calls)
        {
            await using var client = await TypeScriptClient.ConnectAsync(four.Steward.EndpointOf(call.Server), call.Server, null, Cancellation);
            Assert.Contains(call.Tool, (await client.RequestAsync("tools/list", null, Cancellation)).Names("tools"));
            Assert.Contains(call.Answer, (await client.CallAsync(call.Tool, call.NewArguments(), Cancellation)).TextOfTool());
        }
    }

    [Fact(Timeout = 300_000)]
    public async Task The_csharp_client_lists_and_calls_the_tools_of_all_servers()
    {
        await using var client = await McpClient.CreateAsync(
            new HttpClientTransport(new() { Endpoint = four.Steward.Endpoint, TransportMode = HttpTransportMode.StreamableHttp }),
            cancellationToken: Cancellation);
        var names = (await client.ListToolsAsync(cancellationToken: Cancellation)).Select(tool => tool.Name).ToArray();
        foreach (var call in four.Calls)
        {
            Assert.Contains(call.MergedName, names);
            var arguments = call.Arguments.ToDictionary(argument => argument.Key, argument => (object?)argument.Value!.DeepClone());
            var result = await client.CallToolAsync(call.MergedName, arguments, cancellationToken: Cancellation);
            Assert.Contains(call.Answer, Assert.IsType<TextContentBlock>(result.Content[0]).Text);
        }
    }

    [Theory(Timeout = 180_000)]
    [InlineData("filesystem", "tools/list")]
    [InlineData("memory", "tools/list")]
    [InlineData("thinking", "tools/list")]
    [InlineData("everything", "prompts/list")]
    [InlineData("everything", "resources/list")]
    [InlineData("everything", "resources/templates/list")]
    public async Task A_server_looks_through_its_own_endpoint_as_it_looks_without_us(string server, string method)
    {
        var entry = four.Servers[server]!;
        await using var direct = await TypeScriptClient.ConnectToProgramAsync(
            entry["command"]!.GetValue<string>(), [.. entry["args"]!.AsArray().Select(argument => argument!.GetValue<string>())], Cancellation);
        await using var through = await TypeScriptClient.ConnectAsync(four.Steward.EndpointOf(server), "through", null, Cancellation);

        var expected = await direct.RequestAsync(method, null, Cancellation);
        var seen = await through.RequestAsync(method, null, Cancellation);

        Assert.True(JsonElement.DeepEquals(expected, seen), $"expected {expected}\nseen {seen}");
    }

    [Fact(Timeout = 180_000)]
    public async Task Prompts_resources_and_templates_of_all_servers_are_on_the_merged_endpoint()
    {
        using var client = await McpHttpClient.ConnectAsync(four.Steward.Endpoint, "raw", Cancellation);

        Assert.Contains("everything__simple-prompt", (await client.RequestAsync("prompts/list", null, Cancellation)).Result.Names("prompts"));
        var prompt = await client.RequestAsync("prompts/get", new() { ["name"] = "everything__simple-prompt" }, Cancellation);
        Assert.Equal("user", prompt.Result.GetProperty("messages")[0].GetProperty("role").GetString());

        var uris = (await client.RequestAsync("resources/list", null, Cancellation)).Result.Names("resources", "uri");
        var read = await client.RequestAsync("resources/read", new() { ["uri"] = uris[0] }, Cancellation);
        Assert.Equal(uris[0], read.Result.GetProperty("contents")[0].GetProperty("uri").GetString());

        var templates = (await client.RequestAsync("resources/templates/list", null, Cancellation)).Result.Names("resourceTemplates", "uriTemplate");
        Assert.Contains("demo://resource/dynamic/text/{resourceId}", templates);
        var made = await client.RequestAsync("resources/read", new() { ["uri"] = "demo://resource/dynamic/text/7" }, Cancellation);
        Assert.Contains("7", made.Result.GetProperty("contents")[0].GetProperty("text").GetString()!, StringComparison.Ordinal);
    }

    private static Task<JsonElement> InspectAsync(Uri endpoint, string tool, SampleCall call) =>
        InspectorCli.RunAsync(endpoint, "tools/call", Cancellation, "--tool-name", tool, "--tool-args-json", call.Arguments.ToJsonString());
}
