using System.Text.Json;
using Steward.Configuration.Parsing;

namespace Steward.Configuration.Keys;

/// <summary>How texts are read, alone or in lists and maps.</summary>
/// <param name="Rule">What the resolved text must fulfil.</param>
/// <param name="Secret">Whether the text may be a secret, which is then never shown.</param>
/// <param name="Late">
/// Whether the program gets the text with its references, to resolve them at the moment of use. Reading still checks
/// that it could.
/// </param>
internal sealed record TextFormat(TextRule Rule, bool Secret = false, bool Late = false)
{
    /// <summary>The text for the program, or null after a problem was noted.</summary>
    public string? Read(ConfigValue value)
    {
        if (value.Node.Kind != JsonValueKind.String)
        {
            value.Problem($"is {Quote.Value(value.Node, Secret)}, but must be a string",
                value.Node.Kind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False ? "Put it in quotes." : "Write a text in quotes.");
            return null;
        }

        if (value.Resolve() is not { } resolved)
            return value.NeedsReferences ? null : value.Node.Text;

        if (Rule.Complain(resolved) is { } complaint)
        {
            value.Problem(Secret ? complaint : $"is {Quote.Text(Redacted(value.Node.Text))}, but {complaint}", Rule.Mend);
            return null;
        }

        return Late ? value.Node.Text : resolved;
    }

    /// <summary>The text as the file would have it.</summary>
    public string Written(string text) => Late ? text : text.Replace("${", "$${", StringComparison.Ordinal);

    /// <summary>URLs carry secrets before an @ and behind a question mark.</summary>
    private static string Redacted(string text)
    {
        if (!text.Contains("://", StringComparison.Ordinal))
            return text;
        var query = text.IndexOf('?', StringComparison.Ordinal);
        var shown = query < 0 ? text : text[..(query + 1)] + "…";
        var at = shown.LastIndexOf('@');
        return at < 0 ? shown : string.Concat(shown.AsSpan(0, shown.IndexOf("://", StringComparison.Ordinal) + 3), "…", shown.AsSpan(at));
    }
}
