using System.Text.Json;
using Steward.Configuration;

namespace Steward.Events;

/// <summary>Makes events of changes of definitions, and of what becomes of the configuration file. Of values nothing is said: they may be secret.</summary>
internal sealed class ConfigEvents(EventBus bus)
{
    /// <summary>A server is defined anew.</summary>
    public void ServerChanged(string id, IReadOnlyList<string> keys, string source) => Publish(EventNames.ServerConfigChanged, EventCategories.Mcp, EventPriority.Normal, json =>
    {
        json.WriteString("server_id"u8, id);
        Write(json, "keys", keys);
        json.WriteString("source"u8, source);
    });

    /// <summary>A configuration was taken over that is another than the one before.</summary>
    public void Applied(string? file, ConfigPlan plan) => Publish(EventNames.ConfigChanged, EventCategories.Config, EventPriority.Normal, json =>
    {
        if (file is not null)
            json.WriteString("file"u8, file);
        Write(json, "added", plan.Added);
        Write(json, "removed", plan.Removed);
        Write(json, "changed", plan.Changed.Select(change => change.Id));
        Write(json, "settings", plan.Settings);
        Write(json, "needs_restart", plan.NeedsRestart);
    });

    /// <summary>The configuration file cannot be used: the one before stays.</summary>
    public void Rejected(string? file, IReadOnlyList<ConfigProblem> problems) => Publish(EventNames.ConfigRejected, EventCategories.Config, EventPriority.High, json =>
    {
        if (file is not null)
            json.WriteString("file"u8, file);
        Write(json, "problems", problems.Select(problem => problem.ToString()));
    });

    private static void Write(Utf8JsonWriter json, string name, IEnumerable<string> words)
    {
        json.WriteStartArray(name);
        foreach (var word in words)
            json.WriteStringValue(word);
        json.WriteEndArray();
    }

    private void Publish(string name, string category, EventPriority priority, Action<Utf8JsonWriter> data) => bus.Publish(new()
    {
        Name = name,
        Category = category,
        Priority = priority,
        Source = "config",
        Data = StewardEvent.DataOf(data),
    });
}
