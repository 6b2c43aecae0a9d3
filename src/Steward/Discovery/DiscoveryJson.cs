using System.Buffers;
using System.Text;
using System.Text.Json;
using Steward.Configuration;

namespace Steward.Discovery;

/// <summary>Writes and reads what sources found, for the cache and for the API.</summary>
internal static class DiscoveryJson
{
    /// <summary>A result with everything in it, secrets included: for the cache.</summary>
    public static byte[] Write(DiscoveryResult result)
    {
        var utf8 = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(utf8))
        {
            json.WriteStartObject();
            json.WriteBoolean("complete"u8, result.IsComplete);
            WriteServers(json, result.Servers, Literal);
            WriteTexts(json, "problems"u8, result.Problems);
            json.WriteEndObject();
        }

        return utf8.WrittenSpan.ToArray();
    }

    /// <summary>What <see cref="Write(DiscoveryResult)"/> wrote.</summary>
    /// <exception cref="JsonException">It is nothing that was written so.</exception>
    /// <exception cref="ConfigException">A declaration is not one that a file could have.</exception>
    public static DiscoveryResult Read(ReadOnlyMemory<byte> utf8)
    {
        using var document = JsonDocument.Parse(utf8);
        var root = document.RootElement;
        if (root.Flag("complete") is not { } isComplete || root.Member("servers") is not { ValueKind: JsonValueKind.Array } servers)
            throw new JsonException("It is no result of a source.");
        return new([.. servers.EnumerateArray().Select(ReadServer)], [.. root.Texts("problems")]) { IsComplete = isComplete };
    }

    /// <summary>A report to show. What was found on this machine may hold secrets, and is masked; what others publish is no secret of ours.</summary>
    /// <param name="json">Where to write.</param>
    /// <param name="report">The report.</param>
    /// <param name="isRemote">Whether a source of a name is remote.</param>
    /// <param name="managed">Under which id a server is managed already; null where it is not.</param>
    public static void Write(Utf8JsonWriter json, DiscoveryReport report, Func<string, bool> isRemote, Func<DiscoveredServer, string?> managed)
    {
        json.WriteStartObject();
        json.WriteStartArray("sources"u8);
        foreach (var source in report.Sources)
        {
            json.WriteStartObject();
            json.WriteString("source"u8, source.Source);
            json.WriteString("description"u8, source.Description);
            json.WriteString("state"u8, source.State.ToString());
            if (source.DiscoveredAt is { } discoveredAt)
                json.WriteString("discoveredAt"u8, discoveredAt);
            WriteTexts(json, "problems"u8, source.Problems);
            WriteServers(json, source.Servers, isRemote(source.Source) ? Literal : SecretMask.Apply, managed);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>The same as UTF-8 text.</summary>
    public static byte[] Write(DiscoveryReport report, Func<string, bool> isRemote, Func<DiscoveredServer, string?> managed)
    {
        var utf8 = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(utf8))
            Write(json, report, isRemote, managed);
        return utf8.WrittenSpan.ToArray();
    }

    /// <summary>A report as the API gives it.</summary>
    public static DiscoveryReport ReadReport(string text)
    {
        using var document = JsonDocument.Parse(text);
        return new([.. document.RootElement.Items("sources").Select(source => new SourceReport(
            source.Text("source") ?? "", source.Text("description") ?? "", [.. source.Items("servers").Select(ReadServer)], [.. source.Texts("problems")],
            source.Member("discoveredAt")?.GetDateTimeOffset(), Enum.TryParse<SourceState>(source.Text("state"), out var state) ? state : SourceState.Failed))]);
    }

    private static void WriteServers(Utf8JsonWriter json, IReadOnlyList<DiscoveredServer> servers, Func<ServerConfig, ServerConfig> show, Func<DiscoveredServer, string?>? managed = null)
    {
        json.WriteStartArray("servers"u8);
        foreach (var server in servers)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, server.Id);
            json.WriteString("name"u8, server.Name);
            WriteText(json, "description"u8, server.Description);
            WriteText(json, "version"u8, server.Version);
            json.WriteString("source"u8, server.Source);
            json.WriteString("location"u8, server.Location);
            WriteTexts(json, "alsoAt"u8, server.AlsoAt);
            if (server.IsDeprecated)
                json.WriteBoolean("deprecated"u8, true);
            WriteText(json, "managedAs"u8, managed?.Invoke(server));
            WriteTexts(json, "problems"u8, server.Problems);
            json.WriteString("baseDirectory"u8, server.Config.BaseDirectory);
            json.WritePropertyName("config"u8);
            ServerJson.Write(json, show(server.Config));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static DiscoveredServer ReadServer(JsonElement server)
    {
        var id = server.Text("id") ?? throw new JsonException("A server has no id.");
        var config = server.Member("config") ?? throw new JsonException($"The server {id} has no config.");
        return new()
        {
            Id = id,
            Name = server.Text("name") ?? id,
            Description = server.Text("description"),
            Version = server.Text("version"),
            Config = ConfigFile.ParseServer(Encoding.UTF8.GetBytes(config.GetRawText()), id, $"server {id}", server.Text("baseDirectory") ?? "/", checkReferences: false),
            Source = server.Text("source") ?? "",
            Location = server.Text("location") ?? "",
            AlsoAt = [.. server.Texts("alsoAt")],
            IsDeprecated = server.Flag("deprecated") == true,
            Problems = [.. server.Texts("problems")],
        };
    }

    private static ServerConfig Literal(ServerConfig config) => config;

    private static void WriteText(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? text)
    {
        if (text is not null)
            json.WriteString(name, text);
    }

    private static void WriteTexts(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<string> texts)
    {
        if (texts.Count == 0)
            return;
        json.WriteStartArray(name);
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
