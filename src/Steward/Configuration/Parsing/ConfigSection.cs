using System.Text.Json;
using Steward.Configuration.Keys;

namespace Steward.Configuration.Parsing;

/// <summary>An object of the configuration and the keys it may have. Opening it reports what nobody knows.</summary>
internal sealed class ConfigSection
{
    private readonly ConfigValue _value;
    private readonly Dictionary<string, ConfigProperty> _properties = new(StringComparer.Ordinal);
    private bool _needsReferences;

    private ConfigSection(ConfigValue value, KeySet keys)
    {
        _value = value;
        _needsReferences = value.NeedsReferences;
        foreach (var property in value.Node.Properties)
        {
            if (_properties.TryAdd(property.Name, property) && !keys.Knows(property.Name))
                ReportUnknown(property, keys);
        }
    }

    public string Path => _value.Path;

    /// <summary>The object with its keys, or null when the value is none: then the problem is noted.</summary>
    public static ConfigSection? Open(ConfigValue value, KeySet keys)
    {
        if (value.Node.Kind == JsonValueKind.Object)
            return new(value, keys);

        value.Problem($"is {Quote.Value(value.Node, secret: true)}, but must be an object",
            $"Write {{ }} with keys of {keys.Name}{(value.Node.Kind == JsonValueKind.Null ? ", or remove the key to take the defaults" : "")}.");
        return null;
    }

    /// <summary>From now on a reference that cannot be resolved is no problem: nobody will use it.</summary>
    public void IgnoreReferences() => _needsReferences = false;

    public bool Has(ConfigKey key) => _properties.ContainsKey(key.Name);

    /// <summary>The value of a key, or null when the object does not have it.</summary>
    public ConfigValue? Find(ConfigKey key) => _properties.TryGetValue(key.Name, out var property)
        ? _value.Member(property) with { NeedsReferences = _needsReferences }
        : null;

    /// <summary>What the key says; what was inherited where it is absent or wrong.</summary>
    public T Read<T>(ConfigKey<T> key, T inherited) => Find(key) is { } value ? key.Read(value, inherited) : inherited;

    /// <summary>A problem of one key; of the object itself where the key is absent.</summary>
    public void Problem(ConfigKey key, string message, string mend) => (Find(key) ?? _value).Problem(message, mend);

    /// <summary>A warning about a key that is there.</summary>
    public void Warning(ConfigKey key, string message, string mend)
    {
        if (_properties.TryGetValue(key.Name, out var property))
            _value.Reading.Warning(property.Offset, KeyPath.Member(Path, key.Name), message, mend);
    }

    private void ReportUnknown(ConfigProperty property, KeySet keys) => _value.Reading.Warning(
        property.Offset,
        KeyPath.Member(Path, property.Name),
        $"{Quote.Text(property.Name)} is no key of {keys.Name} and has no effect",
        keys.MendFor(property.Name, _value.Reading.RootKeys));
}
