using System.Text.Json;
using Steward.Configuration.Parsing;

namespace Steward.Configuration.Keys;

/// <summary>An object with known keys.</summary>
internal sealed class SectionKey<T>(string name, KeySet keys, Func<ConfigSection, T, T> read, string description) : ConfigKey<T>(name, description), ISectionKey
    where T : class, new()
{
    public override KeySet Inner => keys;

    /// <summary>What <c>null</c> in place of the object means; null where it is a problem.</summary>
    public T? WhenNull { get; init; }

    /// <summary>Leads a visitor over the keys of two such objects. Null where nobody writes or compares the section.</summary>
    public Action<IKeyVisitor, T, T>? Members { get; init; }

    public bool MayBeNull => WhenNull is not null;

    public override T Read(ConfigValue value, T inherited)
    {
        if (value.Node.Kind == JsonValueKind.Null && WhenNull is not null)
            return WhenNull;

        // An inherited null says nothing about single keys: an object in its place builds on the plain defaults.
        var ground = ReferenceEquals(inherited, WhenNull) ? new T() : inherited;
        return ConfigSection.Open(value, keys) is { } section ? read(section, ground) : inherited;
    }

    public override bool Same(T left, T right)
    {
        if (ReferenceEquals(left, right))
            return true;
        if (left is null || right is null)
            return false;

        var paths = new List<string>();
        Lead(new KeyDifferences(paths), left, right);
        return paths.Count == 0;
    }

    public override void AddDifferences(List<string> paths, string prefix, T left, T right)
    {
        if (left is null || right is null)
            paths.Add(prefix + Name);
        else
            Lead(new KeyDifferences(paths, $"{prefix}{Name}."), left, right);
    }

    protected override void WriteValue(Utf8JsonWriter json, T value, T standard)
    {
        json.WriteStartObject();
        Lead(new KeyWriter(json), value, standard ?? new T());
        json.WriteEndObject();
    }

    private void Lead(IKeyVisitor visitor, T value, T other) =>
        (Members ?? throw new NotSupportedException($"The section {Name} can only be read."))(visitor, value, other);
}
