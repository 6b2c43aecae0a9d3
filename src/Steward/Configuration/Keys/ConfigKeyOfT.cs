using Steward.Configuration.Parsing;

namespace Steward.Configuration.Keys;

/// <summary>A key whose value is read as one type.</summary>
internal abstract class ConfigKey<T>(string name, string description) : ConfigKey(name, description)
{
    /// <summary>What the value says; when it is wrong, notes the problem and gives what was inherited.</summary>
    public abstract T Read(ConfigValue value, T inherited);
}
