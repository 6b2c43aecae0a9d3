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

    public bool MayBeNull => WhenNull is not null;

    public override T Read(ConfigValue value, T inherited)
    {
        if (value.Node.Kind == JsonValueKind.Null && WhenNull is not null)
            return WhenNull;

        // An inherited null says nothing about single keys: an object in its place builds on the plain defaults.
        var ground = ReferenceEquals(inherited, WhenNull) ? new T() : inherited;
        return ConfigSection.Open(value, keys) is { } section ? read(section, ground) : inherited;
    }
}
