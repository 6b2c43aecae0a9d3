using System.Text.Json;
using System.Text.RegularExpressions;

namespace Steward.Discovery.Remote;

/// <summary>
/// Turns the inputs of a <c>server.json</c> into texts of a declaration: what has a value gets it, what the user must give becomes
/// a reference to a variable of the environment, and what he may leave out is left out.
/// </summary>
internal sealed partial class RegistryInputs(string serverId, DiscoveryContext context)
{
    private readonly List<string> _problems = [];

    /// <summary>Variables that must be set and are not.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>The text of an input; null where it can be left out.</summary>
    /// <param name="input">The input.</param>
    /// <param name="label">What it is called, such as the name of a header.</param>
    /// <param name="variable">The variable that stands for it where the user must give it; null makes one of the server's id and the label.</param>
    public string? Read(JsonElement input, string label, string? variable = null)
    {
        var text = new TemplateText();
        return TryAdd(text, input, label, variable, input.Member("variables")) ? text.ToString() : null;
    }

    /// <summary>A text with names in braces, such as the URL of a remote server.</summary>
    public string ReadTemplate(string template, JsonElement? variables)
    {
        var text = new TemplateText();
        AddTemplate(text, template, variables);
        return text.ToString();
    }

    /// <summary>The arguments of a list of them.</summary>
    public IEnumerable<string> ReadArguments(IEnumerable<JsonElement> arguments)
    {
        foreach (var argument in arguments)
        {
            if (argument.ValueKind != JsonValueKind.Object)
                continue;
            var name = argument.Text("type") == "named" ? argument.Text("name") : null;
            if (name is not null && IsSwitch(argument))
            {
                yield return DiscoveredText.Literal(name);
                continue;
            }

            if (Read(argument, name?.TrimStart('-') ?? argument.Text("valueHint", "value_hint") ?? "argument") is not { } value)
                continue;
            if (name is not null)
                yield return DiscoveredText.Literal(name);
            yield return value;
        }
    }

    /// <summary>The variables of the environment that the program gets.</summary>
    public Dictionary<string, string> ReadVariables(IEnumerable<JsonElement> variables)
    {
        var read = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var variable in variables)
        {
            if (variable.Text("name") is { } name && Read(variable, name, VariableName().IsMatch(name) ? name : null) is { } value)
                read[name] = value;
        }

        return read;
    }

    /// <summary>Headers; a scheme that the description tells of is not guessed.</summary>
    public Dictionary<string, string> ReadHeaders(IEnumerable<JsonElement> headers)
    {
        var read = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var header in headers)
        {
            if (header.Text("name") is { } name && Read(header, name) is { } value)
                read[name] = value;
        }

        return read;
    }

    /// <summary>A name alone: nothing says that a value belongs to it.</summary>
    private static bool IsSwitch(JsonElement argument) =>
        argument.Flag("isRequired", "is_required") != false
        && argument.Member("value", "default", "variables", "choices", "format", "placeholder", "valueHint", "value_hint", "isSecret", "is_secret") is null;

    private bool TryAdd(TemplateText text, JsonElement input, string label, string? variable, JsonElement? variables)
    {
        if (ScalarOf(input, "value") is { } value)
        {
            AddTemplate(text, value, variables);
            return true;
        }

        if (ScalarOf(input, "default") is { } standard)
        {
            text.AddWords(standard);
            return true;
        }

        if (input.Flag("isRequired", "is_required") != true)
            return false;
        AddVariable(text, variable ?? DiscoveredText.VariableName(serverId, label), input.Text("description"));
        return true;
    }

    private void AddTemplate(TemplateText text, string template, JsonElement? variables)
    {
        var at = 0;
        foreach (var match in Braces().Matches(template).Cast<Match>())
        {
            text.AddWords(template[at..match.Index]);
            at = match.Index + match.Length;
            var name = match.Groups[1].Value;
            if (variables?.Member(name) is not { } variable)
                text.AddWords(match.Value); // by the specification it stays as it is
            else if (!TryAdd(text, variable, name, variable: null, variables: null))
                AddVariable(text, DiscoveredText.VariableName(serverId, name), variable.Text("description")); // without it the words around make no sense
        }

        text.AddWords(template[at..]);
    }

    private void AddVariable(TemplateText text, string name, string? description)
    {
        text.AddVariable(name);
        var problem = $"{name} is not set{(DiscoveredText.Description(description) is { } words ? $" ({words.TrimEnd('.')})" : "")}. Set this variable of the environment before the server is started.";
        if (string.IsNullOrEmpty(context.Variables(name)) && !_problems.Contains(problem))
            _problems.Add(problem);
    }

    private static string? ScalarOf(JsonElement input, string key) => input.Member(key) switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { ValueKind: JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False } other => other.GetRawText(),
        _ => null,
    };

    [GeneratedRegex(@"\{([A-Za-z0-9_.-]+)\}")]
    private static partial Regex Braces();

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*$")]
    private static partial Regex VariableName();
}
