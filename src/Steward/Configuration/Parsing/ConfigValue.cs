using System.Text.RegularExpressions;

namespace Steward.Configuration.Parsing;

/// <summary>A value with its key path, ready to be read by a key and to be complained about.</summary>
/// <param name="Reading">The pass it belongs to.</param>
/// <param name="Node">The value.</param>
/// <param name="Path">Its key path.</param>
/// <param name="NeedsReferences">Whether it matters if references resolve. It does not in a disabled server.</param>
internal sealed partial record ConfigValue(ConfigReading Reading, ConfigNode Node, string Path, bool NeedsReferences = true)
{
    public ConfigValue Member(ConfigProperty property) => this with { Node = property.Value, Path = KeyPath.Member(Path, property.Name) };

    public ConfigValue Item(int index) => this with { Node = Node.Items[index], Path = KeyPath.Item(Path, index) };

    public void Problem(string message, string mend) => Reading.Problem(Node.Offset, Path, message, mend);

    public void Warning(string message, string mend) => Reading.Warning(Node.Offset, Path, message, mend);

    /// <summary>The string with its references resolved; null when one cannot be, which is noted where it matters.</summary>
    public string? Resolve()
    {
        if (NeedsReferences && ForeignReference.Match(Node.Text) is { Success: true, Value: var foreign })
        {
            Warning($"holds {Quote.Text(foreign)}, which is no reference and stays as it is",
                $"Write ${{env:{foreign[2..^1]}}} if a variable of the environment is meant, or $${foreign[1..]} to say that it is not.");
        }

        try
        {
            return Reading.Variables.Resolve(Node.Text, Reading.BaseDirectory);
        }
        catch (VariableException missing)
        {
            if (NeedsReferences)
                Problem(missing.Reason, missing.Mend);
            return null;
        }
    }

    /// <summary>What other programs write for a variable: <c>${HOME}</c>, <c>${HOME:-/root}</c>.</summary>
    [GeneratedRegex(@"(?<!\$)\$\{[A-Za-z_][A-Za-z0-9_]{0,60}(:-[^}]{0,60})?\}")]
    private static partial Regex ForeignReference { get; }
}
