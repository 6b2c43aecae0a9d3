namespace Steward.Configuration.Keys;

/// <summary>
/// One key of the configuration: its name, meaning, range and default, said once. The parser reads by it; the JSON
/// schema and the tables of the manual are written from it.
/// </summary>
internal abstract class ConfigKey(string name, string description)
{
    public string Name { get; } = name;

    /// <summary>What it means, in sentences for the operator; Markdown.</summary>
    public string Description { get; } = description;

    /// <summary>What other programs call it: offered when somebody writes that.</summary>
    public IReadOnlyList<string> Synonyms { get; init; } = [];

    /// <summary>Whether it is written even where it says the default: absent it would be guessed from other keys.</summary>
    public bool IsAlwaysWritten { get; init; }

    /// <summary>Whether a change has its effect at once: nothing need be started anew, neither a server nor Steward.</summary>
    public bool AppliesLive { get; init; }

    /// <summary>The keys of the objects below this one, if it holds such.</summary>
    public virtual KeySet? Inner => null;
}
