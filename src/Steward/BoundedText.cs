namespace Steward;

/// <summary>Words of strangers on their way into a status, an event or a log: however many there are, a few are shown.</summary>
internal static class BoundedText
{
    /// <summary>The beginning of a text, with a mark behind it where something was cut off.</summary>
    /// <param name="text">The text.</param>
    /// <param name="longest">How much of it is shown.</param>
    public static string Of(string text, int longest)
    {
        if (text.Length <= longest)
            return text;
        var end = char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest; // half of a character is none
        return string.Concat(text.AsSpan(0, end), "…");
    }

    /// <summary>The first of some names, and how many there are beside.</summary>
    /// <param name="names">The names.</param>
    /// <param name="most">How many are shown.</param>
    /// <param name="longest">How much of each is shown.</param>
    public static string Names(IReadOnlyCollection<string> names, int most, int longest)
    {
        var shown = string.Join(", ", names.Take(most).Select(name => Of(name, longest)));
        return names.Count > most ? $"{shown} and {names.Count - most} more" : shown;
    }
}
