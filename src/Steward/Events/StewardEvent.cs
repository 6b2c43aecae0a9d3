using System.Text.Json;
using Steward.Wire;

namespace Steward.Events;

/// <summary>Something that happened. Immutable; the bus gives it its number and, where it has none, its time.</summary>
public sealed record StewardEvent
{
    /// <summary>What happened, such as <see cref="EventNames.ServerConnected"/>.</summary>
    public required string Name { get; init; }

    /// <summary>What it is about, such as <see cref="EventCategories.Mcp"/>.</summary>
    public required string Category { get; init; }

    /// <summary>How much it matters.</summary>
    /// <value>Default: <see cref="EventPriority.Normal"/>.</value>
    public EventPriority Priority { get; init; } = EventPriority.Normal;

    /// <summary>The particulars: a JSON object.</summary>
    /// <value>Default: an object without members.</value>
    public JsonElement Data { get; init; } = Nothing;

    /// <summary>When it happened.</summary>
    /// <value>Default: when it is published.</value>
    public DateTimeOffset Timestamp { get; init; }

    /// <summary>Which part of the program says so, such as <c>manager</c>.</summary>
    public string? Source { get; init; }

    /// <summary>The same for events that belong together.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>Its number: 1 for the first event of the bus, and one more for each that follows. 0 before it is published, and for what only one subscriber is told.</summary>
    public long Sequence { get; init; }

    private static JsonElement Nothing { get; } = JsonElement.Parse("{}");

    /// <summary>A text of the particulars; null where there is none of that name.</summary>
    public string? Text(string key) =>
        Data.ValueKind == JsonValueKind.Object && Data.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>Writes particulars.</summary>
    /// <param name="write">Writes the members of the object.</param>
    public static JsonElement DataOf(Action<Utf8JsonWriter> write) => JsonElement.Parse(JsonRpcWriter.Object(write));
}
