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
    /// <summary>More resources than one subscription can be to; each costs the server a request.</summary>
    public const int MaxUris = 1_000;

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
                && TryReadFlag(root, "resourcesListChanged", out var resources) && TryReadUris(root, out var uris)
                ? new SubscriptionFilter(tools, prompts, resources, uris)
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
        if (Uris.Count == 0)
            return;
        json.WriteStartArray("resourceSubscriptions"u8);
        foreach (var uri in Uris)
            json.WriteStringValue(uri);
        json.WriteEndArray();
    });

    private static bool TryReadFlag(JsonElement filter, string name, out bool flag)
    {
        flag = false;
        if (!filter.TryGetProperty(name, out var member))
            return true;
        flag = member.ValueKind == JsonValueKind.True;
        return flag || member.ValueKind == JsonValueKind.False;
    }

    private static bool TryReadUris(JsonElement filter, out IReadOnlyList<string> uris)
    {
        uris = [];
        if (!filter.TryGetProperty("resourceSubscriptions"u8, out var member))
            return true;
        if (member.ValueKind != JsonValueKind.Array || member.GetArrayLength() > MaxUris || member.EnumerateArray().Any(uri => uri.ValueKind != JsonValueKind.String))
            return false;
        uris = [.. member.EnumerateArray().Select(uri => uri.GetString()!).Distinct(StringComparer.Ordinal)];
        return true;
    }
}
