using System.Text.Json;
using Steward.Catalog;
using Steward.Wire;

namespace Steward.Gateway;

/// <summary>
/// What a subscription of the modern era is to hear of.
/// See <see href="https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/subscriptions#notification-filter"/>.
/// </summary>
/// <param name="Tools">Changes of the list of tools.</param>
/// <param name="Prompts">Changes of the list of prompts.</param>
/// <param name="Resources">Changes of the lists of resources and of their templates.</param>
/// <param name="Uris">Changes of these resources.</param>
internal sealed record SubscriptionFilter(bool Tools, bool Prompts, bool Resources, IReadOnlyList<string> Uris)
{
    /// <summary>More resources, or tasks, than one subscription can be to; each resource costs the server a request.</summary>
    public const int MaxNames = 1_000;

    /// <summary>What becomes of these tasks; see <see href="https://modelcontextprotocol.io/extensions/tasks/overview"/>.</summary>
    public IReadOnlyList<string> TaskIds { get; init; } = [];

    /// <summary>Whether the list is among it.</summary>
    public bool Has(CatalogKind kind) => kind switch
    {
        CatalogKind.Tools => Tools,
        CatalogKind.Prompts => Prompts,
        _ => Resources,
    };

    /// <summary>Reads <c>params.notifications</c>; <see langword="null"/> where it is none. What is not known here is not asked for.</summary>
    public static SubscriptionFilter? Read(ReadOnlySpan<byte> json)
    {
        if (json is not [(byte)'{', ..])
            return null;
        try
        {
            var reader = new Utf8JsonReader(json, JsonRpcEnvelope.ReaderOptions);
            using var document = JsonDocument.ParseValue(ref reader);
            var root = document.RootElement;
            return TryReadFlag(root, "toolsListChanged", out var tools) && TryReadFlag(root, "promptsListChanged", out var prompts)
                && TryReadFlag(root, "resourcesListChanged", out var resources) && TryReadNames(root, "resourceSubscriptions", out var uris) && TryReadNames(root, "taskIds", out var tasks)
                ? new SubscriptionFilter(tools, prompts, resources, uris) { TaskIds = tasks }
                : null;
        }
        catch (InvalidOperationException)
        {
            return null; // half a surrogate pair: JSON, yet no text
        }
    }

    /// <summary>The same as JSON, as an acknowledgement repeats it.</summary>
    public byte[] ToJson() => JsonRpcWriter.Object(json =>
    {
        if (Tools)
            json.WriteBoolean("toolsListChanged"u8, true);
        if (Prompts)
            json.WriteBoolean("promptsListChanged"u8, true);
        if (Resources)
            json.WriteBoolean("resourcesListChanged"u8, true);
        WriteNames(json, "resourceSubscriptions", Uris);
        WriteNames(json, "taskIds", TaskIds);
    });

    private static void WriteNames(Utf8JsonWriter json, string member, IReadOnlyList<string> names)
    {
        if (names.Count == 0)
            return;
        json.WriteStartArray(member);
        foreach (var name in names)
            json.WriteStringValue(name);
        json.WriteEndArray();
    }

    private static bool TryReadFlag(JsonElement filter, string name, out bool flag)
    {
        flag = false;
        if (!filter.TryGetProperty(name, out var member))
            return true;
        flag = member.ValueKind == JsonValueKind.True;
        return flag || member.ValueKind == JsonValueKind.False;
    }

    private static bool TryReadNames(JsonElement filter, string list, out IReadOnlyList<string> names)
    {
        names = [];
        if (!filter.TryGetProperty(list, out var member))
            return true;
        if (member.ValueKind != JsonValueKind.Array || member.GetArrayLength() > MaxNames || member.EnumerateArray().Any(name => name.ValueKind != JsonValueKind.String))
            return false;
        names = [.. member.EnumerateArray().Select(name => name.GetString()!).Distinct(StringComparer.Ordinal)];
        return true;
    }
}
