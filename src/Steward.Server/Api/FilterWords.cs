using System.Diagnostics.CodeAnalysis;
using Steward.Configuration.Parsing;

namespace Steward.Server.Api;

/// <summary>Reads words of a query that stand for one of a few things.</summary>
internal static class FilterWords
{
    /// <summary>Reads a word; none is fine, and chooses nothing.</summary>
    public static bool TryRead<T>(string name, string? word, out T? value, [NotNullWhen(false)] out string? problem)
        where T : struct, Enum
    {
        (value, problem) = (null, null);
        if (string.IsNullOrEmpty(word))
            return true;
        if (Enum.TryParse<T>(word, ignoreCase: true, out var known) && Enum.IsDefined(known) && !char.IsAsciiDigit(word[0]))
        {
            value = known;
            return true;
        }

        var names = Enum.GetNames<T>();
        var hint = NearestName.Among(word, names) is { } nearest ? $"Did you mean {nearest}?" : $"There are {string.Join(", ", names)}.";
        problem = $"{name} is {Quote.Text(word)}, which is none. {hint}";
        return false;
    }
}
