extern alias library;

using System.Collections.Concurrent;
using library::Steward;
using library::Steward.Agents;
using library::Steward.Clients;
using library::Steward.Configuration;
using ModelContextProtocol.Protocol;
using Steward.EndToEnd.Running;

namespace Steward.EndToEnd.Model;

/// <summary>The manager under test, and what is known of it.</summary>
internal sealed class ModelWorld : IAsyncDisposable
{
    /// <summary>Servers that come, go, fail and change.</summary>
    public static readonly string[] Volatile = [.. Enumerable.Range(0, 8).Select(number => $"volatile-{number}")];

    /// <summary>Servers that are stopped, killed, disabled and changed, but always there, and good: what clients have set there has to last.</summary>
    public static readonly string[] Lasting = ["lasting-0", "lasting-1"];

    private readonly ConcurrentDictionary<string, int> _members = new(StringComparer.Ordinal);

    public ModelWorld(Findings findings)
    {
        Findings = findings;
        Definitions = new Definitions(Census.Value);
        ServerConfig[] servers = [.. Volatile.Select(Definitions.Good), .. Lasting.Select(Definitions.Complete)];
        foreach (var server in servers)
        {
            Book.Begin(Definitions.NumberOf(server), server.Id);
            Book.End(Definitions.NumberOf(server), isTaken: true);
            _members[server.Id] = 1;
        }

        Manager = new McpServerManager(new StewardConfig { Servers = servers, StartConcurrency = 2 }, new McpServerManagerOptions
        {
            Handlers = new ServerHandlers { Elicitation = AnswerAsync, Logging = (_, _) => default, ResourceUpdated = (_, _) => default, ListChanged = (_, _) => default },
        });
    }

    public ProcessCensus Census { get; } = new(Definitions.NonceVariable, Guid.NewGuid().ToString("N"));

    public McpServerManager Manager { get; }

    public Findings Findings { get; }

    public Definitions Definitions { get; }

    public DefinitionBook Book { get; } = new();

    /// <summary>What was subscribed to at servers that last, by server and address; <see langword="null"/> where nobody knows.</summary>
    public ConcurrentDictionary<(string Id, string Uri), bool?> Subscriptions { get; } = new();

    /// <summary>A set of tools that somebody took some time ago.</summary>
    public ToolSet? Tools { get; set; }

    /// <summary>Whether the manager is being shut down.</summary>
    public bool IsEnding { get; set; }

    /// <summary>How many questions of servers were answered.</summary>
    public int Answered;

    /// <summary>A server came, or went.</summary>
    public void Count(string id, int change) => _members.AddOrUpdate(id, change, (_, count) => count + change);

    /// <summary>How often a server came without having gone: 0 or 1, when nothing is under way.</summary>
    public int CountOf(string id) => _members.GetValueOrDefault(id);

    public async ValueTask DisposeAsync()
    {
        await Manager.DisposeAsync();
        foreach (var process in Census.Living())
            Signals.Send(process.Id, Signals.Kill);
    }

    /// <summary>A question names the call to which it belongs, or none; never another.</summary>
    private ValueTask<ElicitResult> AnswerAsync(HandlerContext<ElicitRequestParams> context, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref Answered);
        if (context.Call is { } call && (!Equals(call.State, context.Params?.Message) || call.Target != ConversationOperations.Ask))
            Findings.Add($"{context.ServerId} asks '{context.Params?.Message}', which was taken for a question of {call.Target} with '{call.State}'");
        return ValueTask.FromResult(new ElicitResult
        {
            Action = "accept",
            Content = new Dictionary<string, System.Text.Json.JsonElement> { ["username"] = System.Text.Json.JsonSerializer.SerializeToElement(context.Params?.Message), ["email"] = System.Text.Json.JsonSerializer.SerializeToElement("a@example.org") },
        });
    }
}
