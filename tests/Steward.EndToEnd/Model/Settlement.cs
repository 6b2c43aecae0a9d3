extern alias library;

using System.Text.Json.Nodes;
using library::Steward;
using ModelContextProtocol.Protocol;
using Steward.EndToEnd.Running;

namespace Steward.EndToEnd.Model;

/// <summary>What must be when nobody is at work any more.</summary>
internal sealed class Settlement(ModelWorld world)
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(120);

    private McpServerManager Manager => world.Manager;

    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        await Manager.WaitUntilSettledAsync(cancellationToken).WaitAsync(Bound, TimeProvider.System, cancellationToken);
        CheckServers();
        await Task.WhenAll([.. ModelWorld.Lasting.Select(id => CheckMemoryAsync(id, cancellationToken)), .. ModelWorld.Volatile.Select(id => CheckAbilityAsync(id, cancellationToken))]);
        await CheckProcessesAsync();
    }

    /// <summary>Exactly those servers are there that came and did not go, each with the definition that it was given last.</summary>
    private void CheckServers()
    {
        var now = DefinitionBook.Now();
        foreach (var id in ModelWorld.Volatile.Concat(ModelWorld.Lasting))
        {
            var config = Manager.FindConfig(id);
            Require((config is null ? 0 : 1) == world.CountOf(id), $"{id} is {(config is null ? "not " : "")}there, and came {world.CountOf(id)} times more often than it went");
            if (config is not null && world.Book.Objection(Definitions.NumberOf(config), id, now) is { } objection)
                Require(false, $"in the end {objection}");
        }
    }

    /// <summary>What clients have set at a server holds through everything that happened to it.</summary>
    private async Task CheckMemoryAsync(string id, CancellationToken cancellationToken)
    {
        await Manager.EnableServerAsync(id, cancellationToken).WaitAsync(Bound, TimeProvider.System, cancellationToken);
        await Manager.StartServerAsync(id, cancellationToken).WaitAsync(Bound, TimeProvider.System, cancellationToken);
        var wrong = "";
        for (var look = 0; look < 600 && (look == 0 || wrong.Length > 0); look++)
        {
            var whoami = JsonNode.Parse(TextOf(await Manager.CallToolAsync(id, "whoami", cancellationToken: cancellationToken)))!;
            var subscribed = whoami["subscriptions"]!.AsArray().Select(uri => (string)uri!).ToHashSet();
            var known = world.Subscriptions.Where(each => each.Key.Id == id && each.Value is not null);
            wrong = string.Join(", ", known.Where(each => each.Value != subscribed.Contains(each.Key.Uri)).Select(each => $"{each.Key.Uri} should {(each.Value == true ? "" : "not ")}be subscribed to"));
            if (wrong.Length > 0)
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellationToken); // they come back right after the start
        }

        Require(wrong.Length == 0, $"{id}: {wrong}");
    }

    /// <summary>Nothing that happened to a server keeps it from running by a good definition.</summary>
    private async Task CheckAbilityAsync(string id, CancellationToken cancellationToken)
    {
        var good = world.Definitions.Good(id);
        world.Book.Begin(Definitions.NumberOf(good), id);
        try
        {
            if (Manager.FindConfig(id) is not null)
                await Manager.UpdateServerAsync(good, cancellationToken).WaitAsync(Bound, TimeProvider.System, cancellationToken);
            else if (await Manager.AddServerAsync(good, cancellationToken: cancellationToken).WaitAsync(Bound, TimeProvider.System, cancellationToken) is not null)
                world.Count(id, 1);
            world.Book.End(Definitions.NumberOf(good), isTaken: true);
            await Manager.StartServerAsync(id, cancellationToken).WaitAsync(Bound, TimeProvider.System, cancellationToken);
            var said = TextOf(await Manager.CallToolAsync(id, "say", new Dictionary<string, object?> { ["text"] = "well" }, cancellationToken: cancellationToken));
            Require(said == $"{good.Env[Definitions.LabelVariable]}|{Manager.GetStatus(id).Pid}|well", $"{id} says '{said}'");
        }
        catch (Exception failure)
        {
            Require(false, $"{id} cannot be had: {failure} {Manager.FindStatus(id)}");
        }
    }

    /// <summary>Nothing is left of all the runs before; one whose place was just taken may still be on its way out.</summary>
    private async Task CheckProcessesAsync()
    {
        foreach (var process in await Poll.ForAsync(Strangers, static strangers => strangers.Count == 0))
            Require(false, $"{process} is of no server that runs ({ProcessCensus.VariableOf(process.Id, Definitions.LabelVariable)})");
    }

    private List<MarkedProcess> Strangers()
    {
        var pids = Manager.GetAllStatuses().Select(status => status.Pid).ToHashSet();
        return [.. world.Census.Living().Where(process => !pids.Contains(process.Id) && Manager.GetAllStatuses().All(status => status.IsolationReason is null))];
    }

    private void Require(bool condition, string otherwise)
    {
        if (!condition)
            world.Findings.Add(otherwise);
    }

    private static string TextOf(CallToolResult result) => ((TextContentBlock)result.Content[0]).Text;
}
