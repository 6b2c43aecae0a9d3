using System.Text;
using System.Text.RegularExpressions;
using Steward.Configuration.Parsing;

namespace Steward.Discovery.Clients;

/// <summary>Writes the references of a client as Steward's, and everything else so that Steward takes it literally.</summary>
/// <param name="syntax">What the client replaces.</param>
/// <param name="context">The machine.</param>
/// <param name="project">The folder to which the entry belongs; null where it holds for all.</param>
/// <param name="inputs">What the client asks its user for.</param>
internal sealed partial class ReferenceTranslation(ReferenceSyntax syntax, DiscoveryContext context, string? project, IReadOnlyList<ClientInput> inputs)
{
    /// <summary>What the user has to know or do about the references of the texts so far.</summary>
    public List<string> Notes { get; } = [];

    public string Translate(string text)
    {
        if (!text.Contains('$', StringComparison.Ordinal))
            return text;
        var translated = new StringBuilder(text.Length + 8);
        for (var at = 0; at < text.Length;)
            at += TranslateOne(text, at, translated);
        return translated.ToString();
    }

    /// <summary>The variable that stands for an input: <c>api-key</c> is <c>API_KEY</c>.</summary>
    public static string VariableOf(string input)
    {
        var name = NoNameCharacter.Replace(input, "_").ToUpperInvariant();
        return name.Length == 0 || char.IsAsciiDigit(name[0]) ? "_" + name : name;
    }

    /// <summary>Translates what stands at a place.</summary>
    /// <returns>How many characters it was.</returns>
    private int TranslateOne(string text, int at, StringBuilder translated)
    {
        if (text[at] != '$')
        {
            translated.Append(text[at]);
            return 1;
        }

        if (at + 1 < text.Length && text[at + 1] == '{')
        {
            var end = text.IndexOf('}', at);
            if (end > 0 && Reference(text[(at + 2)..end]) is { } reference)
            {
                Append(translated, reference);
                return end + 1 - at;
            }

            translated.Append("$${"); // Steward's way to say a plain ${
            return 2;
        }

        if (syntax.HasFlag(ReferenceSyntax.Dollar) && PlainVariable.Match(text, at + 1) is { Success: true, Value: var name })
        {
            Append(translated, $"${{env:{name}}}");
            return name.Length + 1;
        }

        translated.Append('$');
        return 1;
    }

    /// <summary>Dollar signs right before a reference would make a plain text of it: there each is the default of a variable.</summary>
    private static void Append(StringBuilder translated, string reference)
    {
        var dollars = 0;
        while (reference.StartsWith("${", StringComparison.Ordinal) && dollars < translated.Length && translated[^(dollars + 1)] == '$')
            dollars++;
        translated.Length -= dollars;
        translated.Insert(translated.Length, "${env:DOLLAR:-$}", dollars).Append(reference);
    }

    /// <summary>What Steward writes for the inside of a client's <c>${…}</c>; null when the client means it literally.</summary>
    private string? Reference(string inside)
    {
        if (syntax.HasFlag(ReferenceSyntax.Environment) && After(inside, "env:") is { } variable)
            return IsName(variable) ? $"${{env:{variable}}}" : null;
        if (syntax.HasFlag(ReferenceSyntax.File) && After(inside, "file:") is { Length: > 0 } path)
            return $"${{file:{(path.StartsWith("~/", StringComparison.Ordinal) ? context.HomePath(path[2..]) : path)}}}";
        if (syntax.HasFlag(ReferenceSyntax.Input) && After(inside, "input:") is { Length: > 0 } input)
            return InputReference(input);
        if (syntax.HasFlag(ReferenceSyntax.Editor) && EditorReference(inside) is { } value)
            return value;
        if (syntax.HasFlag(ReferenceSyntax.Braces) && Braced.Match(inside) is { Success: true } braced)
            return $"${{env:{braced.Groups[1].Value}{braced.Groups[2].Value}}}";
        if (syntax.HasFlag(ReferenceSyntax.Editor) && ForeignReference.IsMatch(inside))
            Note($"It uses {Quote.Text($"${{{inside}}}")}, which Steward does not know. Write its value there.");
        return null;
    }

    private string InputReference(string id)
    {
        var input = inputs.LastOrDefault(candidate => candidate.Id == id);
        var variable = VariableOf(id);
        var asked = input?.Description is { Length: > 0 } description ? $" ({Quote.Name(description)})" : "";
        Note($"The client asks its user for {Quote.Text(id)}{asked}. Set the environment variable {variable} to it before Steward starts.");
        return input?.Default is { Length: > 0 } standard && !standard.AsSpan().ContainsAny("${}") ? $"${{env:{variable}:-{standard}}}" : $"${{env:{variable}}}";
    }

    private string? EditorReference(string inside)
    {
        switch (inside)
        {
            case "userHome":
                return context.Platform == DiscoveryPlatform.Windows ? "${env:USERPROFILE}" : "${env:HOME}";
            case "pathSeparator" or "/":
                return context.Platform == DiscoveryPlatform.Windows ? "\\" : "/";
            case "workspaceFolder" or "workspaceRoot" or "cwd" when project is not null:
                return project;
            case "workspaceFolderBasename" when project is not null:
                return Path.GetFileName(Path.TrimEndingDirectorySeparator(project));
            case "workspaceFolder" or "workspaceRoot" or "cwd" or "workspaceFolderBasename":
                Note($"It uses ${{{inside}}}, the folder that the client has open. Write the path of a folder there.");
                return null;
            default:
                return null;
        }
    }

    private void Note(string note)
    {
        if (!Notes.Contains(note))
            Notes.Add(note);
    }

    private static string? After(string text, string start) => text.StartsWith(start, StringComparison.Ordinal) ? text[start.Length..] : null;

    private static bool IsName(string name) => name.Length > 0 && !name.AsSpan().ContainsAny("=${}\0") && !name.Contains(":-", StringComparison.Ordinal);

    [GeneratedRegex(@"\G[A-Za-z_][A-Za-z0-9_]*")]
    private static partial Regex PlainVariable { get; }

    [GeneratedRegex(@"\A([A-Za-z_][A-Za-z0-9_]*)(:-[^$]*)?\z", RegexOptions.Singleline)]
    private static partial Regex Braced { get; }

    // What else editors replace: ${command:…}, ${config:…}, ${file}. The folder of the workspace has a note of its own.
    [GeneratedRegex(@"\A(?!workspace|cwd\z)[A-Za-z]+(:|\z)")]
    private static partial Regex ForeignReference { get; }

    [GeneratedRegex("[^A-Za-z0-9]")]
    private static partial Regex NoNameCharacter { get; }
}
