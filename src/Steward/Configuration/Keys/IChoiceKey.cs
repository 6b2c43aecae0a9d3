namespace Steward.Configuration.Keys;

/// <summary>What the schema and the manual need of a choice, whatever type it is read as.</summary>
internal interface IChoiceKey
{
    IReadOnlyList<string> Words { get; }

    /// <summary>Further words for the same, which other programs write: read and not advertised.</summary>
    IReadOnlyList<string> Aliases { get; }

    /// <summary>The default, if there is a fixed one.</summary>
    string? Default { get; }
}
