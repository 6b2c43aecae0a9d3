using System.Text;
using Steward.Configuration.Keys;

namespace Steward.Discovery;

/// <summary>Makes ids of the names that sources have for their servers.</summary>
internal static class DiscoveredId
{
    /// <summary>The nearest valid id: what an id may not have becomes a hyphen, one for each run, none at the ends.</summary>
    public static string From(string name)
    {
        var id = new StringBuilder(Math.Min(name.Length, TextRules.MaxIdLength));
        foreach (var character in name)
        {
            if (char.IsAsciiLetterOrDigit(character) || character == '_')
                id.Append(character);
            else if (id.Length > 0 && id[^1] != '-')
                id.Append('-');
            if (id.Length == TextRules.MaxIdLength)
                break;
        }

        var text = id.ToString().Trim('-');
        return text.Length > 0 ? text : "server";
    }

    /// <summary>The id itself where it is free, else with a number behind, from 2 on.</summary>
    public static string Free(string id, ISet<string> taken)
    {
        var free = id;
        for (var number = 2; !taken.Add(free); number++)
        {
            var suffix = $"-{number}";
            free = id[..Math.Min(id.Length, TextRules.MaxIdLength - suffix.Length)] + suffix;
        }

        return free;
    }
}
