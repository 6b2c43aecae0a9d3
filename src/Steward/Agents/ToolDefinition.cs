using System.Text.Json;
using Steward.Catalog;
using Steward.Wire;

namespace Steward.Agents;

/// <summary>What a server says of one tool.</summary>
/// <param name="ServerId">The server.</param>
/// <param name="Name">What it calls the tool.</param>
/// <param name="Raw">All that it says.</param>
/// <param name="Root">The same, read.</param>
internal sealed record ToolDefinition(string ServerId, string Name, byte[] Raw, JsonElement Root)
{
    public static ToolDefinition Read(string serverId, CatalogItem item)
    {
        var reader = new Utf8JsonReader(item.Raw, JsonRpcEnvelope.ReaderOptions);
        using var document = JsonDocument.ParseValue(ref reader);
        return new(serverId, item.Key, item.Raw, document.RootElement.Clone());
    }

    /// <summary>Whether the server says the same of it still.</summary>
    public bool Is(CatalogItem item) => Raw.AsSpan().SequenceEqual(item.Raw);
}
