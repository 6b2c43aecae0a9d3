using System.Text.Json;

namespace Steward.Configuration.Parsing;

/// <summary>One value of a configuration text that remembers where it stands.</summary>
/// <param name="Kind">What the value is.</param>
/// <param name="Offset">The byte at which it begins.</param>
internal sealed record ConfigNode(JsonValueKind Kind, int Offset)
{
    /// <summary>The byte behind it.</summary>
    public int End { get; init; }

    /// <summary>The text of a string, or a number as it was written; empty for all else.</summary>
    public string Text { get; init; } = "";

    /// <summary>The members of an object, in the order of the file and with its duplicates.</summary>
    public IReadOnlyList<ConfigProperty> Properties { get; init; } = [];

    /// <summary>The elements of a list.</summary>
    public IReadOnlyList<ConfigNode> Items { get; init; } = [];
}
