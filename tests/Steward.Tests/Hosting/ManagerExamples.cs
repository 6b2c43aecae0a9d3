using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ModelContextProtocol.Protocol;
using Steward.Clients;
using Steward.Configuration;
using Steward.Events;
using Steward.Supervision;
using Steward.Testing;

namespace Steward.Tests.Hosting;

/// <summary>The examples of docs/library.md about managers and hosts, as they stand there: compiled, and not run.</summary>
internal static class ManagerExamples
{
    internal static async Task BuildAsync()
    {
        await using var manager = McpServerManager.CreateBuilder()
            .AddJsonFile("mcp.json", optional: true, reloadOnChange: true)
            .AddServer("files", "npx", "-y", "@modelcontextprotocol/server-filesystem", "/srv/shared")
            .AddServer("issues", new Uri("https://mcp.example.com/mcp"))
            .Configure(options => options.DataDirectory = "/var/lib/my-agent")
            .Build();

        foreach (var (id, outcome) in await manager.StartAllAsync())
            Console.WriteLine($"{id}: {outcome.Status?.State} {outcome.Error}");
    }

    internal static async Task ChangeAsync(McpServerManager manager)
    {
        await manager.AddServerAsync(new ServerConfig { Id = "search", Command = "uvx", Args = ["mcp-search"] });
        var search = manager.FindConfig("search")!;
        try
        {
            await manager.UpdateServerAsync(search with { Args = ["mcp-search", "--fast"] });
        }
        catch (ServerUpdateException failure)
        {
            Console.WriteLine(failure.Message); // it did not come up so: the old definition holds and runs again
        }
    }

    internal static async Task WatchAsync(McpServerManager manager, CancellationToken cancellationToken)
    {
        await foreach (var status in manager.WatchAsync(cancellationToken)) // all servers as they are, then every change
            Console.WriteLine($"{status.Id}: {status.State} {status.LastError}");
    }

    internal static void Look(McpServerManager manager)
    {
        foreach (var happened in manager.History.GetEvents("files", limit: 20))
            Console.WriteLine($"{happened.At}: {happened.Kind} {happened.Detail}");

        var crashes = new EventFilter { Names = [EventNames.ServerDisconnected], Where = happened => happened.Data.TryGetProperty("error", out _) };
        using var subscription = manager.Events.Subscribe(crashes, happened => Console.WriteLine(happened.Data));
    }

    internal static void Host(HostApplicationBuilder builder)
    {
        builder.Services.AddMcpServerManager(servers => servers
            .AddJsonFile("mcp.json", optional: true)
            .AddServer("clock", "uvx", "mcp-server-time"));
        builder.Services.Configure<McpServerManagerOptions>(builder.Configuration.GetSection("Mcp"));
        builder.Services.AddOptions<McpServerManagerOptions>().Configure<Inbox>((options, inbox) => // whatever services the handlers need
            options.Handlers = new ServerHandlers { Elicitation = inbox.AskAsync });
        builder.Services.AddHealthChecks().AddMcpServers(tags: ["ready"]);
    }

    internal static void Test(IServiceCollection services, InMemoryServer notes)
    {
        services.Configure<McpServerManagerOptions>(options => options.InMemoryServers.Add(notes));
    }

    internal sealed class Inbox
    {
        private readonly List<string> _asked = [];

        public ValueTask<ElicitResult> AskAsync(HandlerContext<ElicitRequestParams> question, CancellationToken cancellationToken)
        {
            _asked.Add(question.Params.Message);
            return new(new ElicitResult { Action = "decline" });
        }
    }
}
