using System.Text.Json;
using Steward.Configuration.Parsing;

namespace Steward.Discovery.Clients.Editing;

/// <summary>Compares values and not how they are written.</summary>
internal static class SameValue
{
    /// <summary>Whether two values are the same but for what stands under a chain of keys, which in the second is a given value, or nothing.</summary>
    public static bool With(ConfigNode? before, ConfigNode? after, ReadOnlySpan<string> keys, ConfigNode? given)
    {
        if (keys.Length == 0)
            return given is null ? after is null : after is not null && Are(given, after);
        var key = keys[0];
        foreach (var name in Members(before).Union(Members(after)).Where(name => name != key))
        {
            if (!Are(Member(before, name), Member(after, name)))
                return false;
        }

        return With(Member(before, key), Member(after, key), keys[1..], given);
    }

    /// <summary>Whether two values are the same; the order of members does not count, and of members of one name the last does.</summary>
    public static bool Are(ConfigNode? left, ConfigNode? right)
    {
        if (left is null || right is null)
            return left is null && right is null;
        if (left.Kind != right.Kind || left.Text != right.Text || left.Items.Count != right.Items.Count)
            return false;
        if (left.Kind == JsonValueKind.Object && !Members(left).ToHashSet(StringComparer.Ordinal).SetEquals(Members(right)))
            return false;
        return Members(left).All(name => Are(Member(left, name), Member(right, name))) && left.Items.Zip(right.Items).All(pair => Are(pair.First, pair.Second));
    }

    private static IEnumerable<string> Members(ConfigNode? node) => (node?.Properties ?? []).Select(property => property.Name);

    private static ConfigNode? Member(ConfigNode? node, string name) => node?.Properties.LastOrDefault(property => property.Name == name)?.Value;
}
