using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Steward.TestServer.Fixture;

/// <summary>
/// A well-behaved server on the official SDK: everything that the official conformance suite asks a server for, and the
/// tools that our own tests need.
/// </summary>
internal static class FixtureServer
{
    public static async Task<int> RunAsync()
    {
        var state = new FixtureState();
        var options = new McpServerOptions
        {
            ServerInfo = new() { Name = "steward-test-server", Version = "1.0.0" },
            ServerInstructions = "A fixture for tests.",
            Capabilities = new()
            {
                Tools = new() { ListChanged = true },
                Prompts = new() { ListChanged = true },
                Resources = new() { ListChanged = true, Subscribe = true },
                Completions = new(),
#pragma warning disable MCP9005 // Logging is obsolete in revision 2026-07-28 only; the suite tests it at 2025-11-25.
                Logging = new(),
#pragma warning restore MCP9005
            },
            Handlers = Handlers(state),
        };

        await using var transport = new StdioServerTransport(options);
        await using var server = McpServer.Create(transport, options);
        await server.RunAsync();
        return 0;
    }

    private static McpServerHandlers Handlers(FixtureState state)
    {
        var tools = new FixtureTools(state);
        return new()
        {
            ListToolsHandler = (_, _) => ValueTask.FromResult(new ListToolsResult { Tools = tools.List() }),
            CallToolHandler = async (request, cancellationToken) => await tools.CallAsync(request, cancellationToken),
            ListPromptsHandler = (_, _) => ValueTask.FromResult(FixturePrompts.List()),
            GetPromptHandler = (request, _) => ValueTask.FromResult(FixturePrompts.Get(request.Params!)),
            ListResourcesHandler = (_, _) => ValueTask.FromResult(FixtureResources.List()),
            ListResourceTemplatesHandler = (_, _) => ValueTask.FromResult(FixtureResources.ListTemplates()),
            ReadResourceHandler = (request, _) => ValueTask.FromResult(FixtureResources.Read(request.Params!.Uri, state)),
            CompleteHandler = (request, _) => ValueTask.FromResult(FixturePrompts.Complete(request.Params!)),
#pragma warning disable MCP9005 // Obsolete in revision 2026-07-28 only.
            SetLoggingLevelHandler = (request, _) =>
            {
                state.Level = request.Params!.Level.ToString().ToLowerInvariant();
                return ValueTask.FromResult(new EmptyResult());
            },
            SubscribeToResourcesHandler = (request, _) =>
            {
                state.Subscriptions[request.Params!.Uri] = true;
                return ValueTask.FromResult(new EmptyResult());
            },
            UnsubscribeFromResourcesHandler = (request, _) =>
            {
                state.Subscriptions.TryRemove(request.Params!.Uri, out bool _);
                return ValueTask.FromResult(new EmptyResult());
            },
#pragma warning restore MCP9005
        };
    }
}
