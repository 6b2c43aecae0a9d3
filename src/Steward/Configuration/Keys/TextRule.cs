namespace Steward.Configuration.Keys;

/// <summary>What a text must fulfil once its references are resolved.</summary>
/// <param name="Complain">Says what the text must be or must not be, or null when all is well. Never repeats the text.</param>
/// <param name="Mend">How to mend it.</param>
internal sealed record TextRule(Func<string, string?> Complain, string Mend)
{
    /// <summary>Resolves a text at the moment of use. What it refers to may have changed since the file was read, so the rule is asked again.</summary>
    /// <exception cref="VariableException">A reference cannot be resolved, or the text has become one that the rule forbids.</exception>
    public string Resolve(string text, string key, string baseDirectory, VariableResolver variables)
    {
        var resolved = variables.Resolve(text, baseDirectory);
        return Complain(resolved) is { } complaint
            ? throw new VariableException(key, $"{key}, with its references resolved, {complaint}", Mend)
            : resolved;
    }
}
