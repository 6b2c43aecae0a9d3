using Steward.Configuration.Parsing;

namespace Steward.Configuration.Keys;

/// <summary>The keys that one kind of object may have.</summary>
/// <param name="name">What messages call such an object.</param>
/// <param name="keys">The keys, in the order of the manual.</param>
internal sealed class KeySet(string name, IReadOnlyList<ConfigKey> keys)
{
    public string Name { get; } = name;

    public IReadOnlyList<ConfigKey> Keys { get; } = keys;

    /// <summary>Whether it stands for another program's section, in which nothing that stands elsewhere belongs.</summary>
    public bool IsForeign { get; init; }

    public bool Knows(string name) => Keys.Any(key => key.Name == name);

    /// <summary>What to write instead of an unknown key.</summary>
    public string MendFor(string unknown, KeySet root)
    {
        if (Keys.FirstOrDefault(key => key.Synonyms.Contains(unknown, StringComparer.OrdinalIgnoreCase)) is { } same)
            return $"Did you mean \"{same.Name}\"?";
        var meant = NearestName.Among(unknown, Keys.Select(key => key.Name));
        var home = root.HomeOf(unknown);
        return (home, meant) switch
        {
            (not null, not null) => $"It belongs to {home.Name}; or did you mean \"{meant}\"?",
            (not null, null) => $"It belongs to {home.Name}.",
            (null, not null) => $"Did you mean \"{meant}\"?",
            _ => $"Remove it. Known keys: {string.Join(", ", Keys.Select(key => key.Name))}.",
        };
    }

    /// <summary>The first set, from here down, that knows a name.</summary>
    private KeySet? HomeOf(string name) => IsForeign ? null
        : Knows(name) ? this
        : Keys.Select(key => key.Inner?.HomeOf(name)).FirstOrDefault(home => home is not null);
}
