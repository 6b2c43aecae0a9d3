using System.Text.Json;
using Steward.Catalog;
using Steward.Wire;

namespace Steward.Clients;

/// <summary>What servers say of their tools.</summary>
internal static class ToolHints
{
    /// <summary>Whether a tool may be called twice in place of once, as its server says.</summary>
    public static bool IsReplaySafe(ServerCatalog catalog, string tool)
    {
        if (catalog[CatalogKind.Tools].FirstOrDefault(item => item.Key == tool) is not { } found)
            return false;
        var reader = new Utf8JsonReader(found.Raw, JsonRpcEnvelope.ReaderOptions);
        using var document = JsonDocument.ParseValue(ref reader);
        return document.RootElement.TryGetProperty("annotations"u8, out var hints) && hints.ValueKind == JsonValueKind.Object
            && (IsTrue(hints, "readOnlyHint"u8) || IsTrue(hints, "idempotentHint"u8));
    }

    private static bool IsTrue(JsonElement hints, ReadOnlySpan<byte> name) => hints.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;
}
