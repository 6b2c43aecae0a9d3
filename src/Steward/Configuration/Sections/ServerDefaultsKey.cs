using System.Text.Json;
using Steward.Configuration.Keys;
using Steward.Configuration.Parsing;

namespace Steward.Configuration.Sections;

/// <summary>The key <c>defaults</c>: a server without a way to reach it.</summary>
internal sealed class ServerDefaultsKey(string name, string description) : ConfigKey<ServerConfig>(name, description), ISectionKey
{
    public override KeySet Inner => PolicySection.Keys;

    public bool MayBeNull => false;

    public override ServerConfig Read(ConfigValue value, ServerConfig inherited) =>
        ConfigSection.Open(value, PolicySection.Keys) is { } section ? PolicySection.Read(section, inherited) : inherited;

    protected override void WriteValue(Utf8JsonWriter json, ServerConfig value, ServerConfig standard) =>
        throw new NotSupportedException("A server is written whole, with what it inherited.");
}
