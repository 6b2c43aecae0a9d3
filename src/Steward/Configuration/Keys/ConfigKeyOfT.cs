using System.Text.Json;
using Steward.Configuration.Parsing;

namespace Steward.Configuration.Keys;

/// <summary>A key whose value is read as one type.</summary>
internal abstract class ConfigKey<T>(string name, string description) : ConfigKey(name, description)
{
    /// <summary>What the value says; when it is wrong, notes the problem and gives what was inherited.</summary>
    public abstract T Read(ConfigValue value, T inherited);

    /// <summary>Whether two values mean the same.</summary>
    public virtual bool Same(T left, T right) => EqualityComparer<T>.Default.Equals(left, right);

    /// <summary>Writes the key with a value such that reading gives that value again.</summary>
    public void Write(Utf8JsonWriter json, T value, T standard)
    {
        if (!CanWrite(value))
            return;

        json.WritePropertyName(Name);
        WriteValue(json, value, standard);
    }

    /// <summary>Adds the paths of what differs.</summary>
    public virtual void AddDifferences(List<string> paths, string prefix, T left, T right) => paths.Add(prefix + Name);

    /// <summary>Whether there is a text that says the value. Where there is none the absent key says it.</summary>
    protected virtual bool CanWrite(T value) => value is not null;

    protected abstract void WriteValue(Utf8JsonWriter json, T value, T standard);
}
