using Steward.Configuration;
using Steward.Configuration.Parsing;
using Steward.Configuration.Sections;
using Steward.Discovery.Clients.Toml;

namespace Steward.Discovery.Clients;

/// <summary>The text of a client's configuration and what it holds, or what is wrong with it.</summary>
internal sealed class ClientDocument
{
    /// <summary>Clients keep more in their files than servers, but none that people edit comes near this.</summary>
    public const int MaxFileBytes = 16 * 1024 * 1024;

    private ClientDocument(SourceText source, ConfigNode? root, IReadOnlyList<TomlHeader> headers, IReadOnlyList<ConfigProblem> problems) =>
        (Source, Root, Headers, Problems) = (source, root, headers, problems);

    public SourceText Source { get; }

    /// <summary>The values; null for an empty text, and for one that is broken.</summary>
    public ConfigNode? Root { get; }

    /// <summary>The headers of a TOML text; none of JSON.</summary>
    public IReadOnlyList<TomlHeader> Headers { get; }

    /// <summary>Why the text cannot be read; empty when it can.</summary>
    public IReadOnlyList<ConfigProblem> Problems { get; }

    public static ClientDocument Parse(ReadOnlySpan<byte> utf8, string path, ClientFormat format)
    {
        var source = new SourceText(path, utf8);
        if (source.Utf8.IndexOfAnyExcept(" \t\r\n"u8) < 0)
            return new(source, null, [], []);
        return format == ClientFormat.Toml ? ParseToml(source) : ParseJson(source);
    }

    /// <summary>What stands under a chain of keys: the last of those that stand twice, as programs take it. Null when nothing does.</summary>
    public static ConfigProperty? Find(ConfigNode? node, params IEnumerable<string> keys)
    {
        ConfigProperty? found = null;
        foreach (var key in keys)
        {
            found = node?.Properties.LastOrDefault(property => property.Name == key);
            node = found?.Value;
        }

        return found;
    }

    private static ClientDocument ParseJson(SourceText source)
    {
        var reading = new ConfigReading(source, new VariableResolver(), "/", RootSection.Keys);
        var root = ConfigTree.Parse(reading, takesHalfPairs: true);
        return new(source, root, [], reading.Problems);
    }

    private static ClientDocument ParseToml(SourceText source)
    {
        try
        {
            var document = TomlReader.Read(source);
            return new(source, document.Root, document.Headers, []);
        }
        catch (TomlException wrong)
        {
            var (line, column) = source.PositionOf(wrong.Offset);
            return new(source, null, [], [new(source.File, line, column, KeyPath.Root, $"the file is no valid TOML: {wrong.Message}", wrong.Mend)]);
        }
    }
}
