using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text.Json;
using Steward.Configuration;
using Steward.Configuration.Parsing;
using Steward.Registry;

namespace Steward.Server.Api;

/// <summary>A request to add a server.</summary>
/// <param name="Config">The server.</param>
/// <param name="Options">How to add it.</param>
internal sealed record NewServer(ServerConfig Config, RegistrationOptions Options)
{
    private const int MaxSourceLength = 200;

    private static readonly string[] Keys = ["id", "definition", "source", "folder", "test", "start"];

    /// <exception cref="ConfigException">The definition breaks a rule.</exception>
    public static bool TryRead(JsonElement body, [NotNullWhen(true)] out NewServer? server, [NotNullWhen(false)] out string? problem)
    {
        (server, problem) = (null, null);
        if (body.ValueKind != JsonValueKind.Object)
            problem = "The body must be a JSON object with id and definition.";
        else if (body.EnumerateObject().FirstOrDefault(member => !Keys.Contains(member.Name)) is { Value.ValueKind: not JsonValueKind.Undefined } unknown)
            problem = $"The body has no key {Quote.Text(unknown.Name)}; its keys are {string.Join(", ", Keys)}. What says how the server is reached belongs into definition.";
        else if (Text(body, "id") is not { } id)
            problem = "id is missing: a name of letters, digits, _ and -.";
        else if (!body.TryGetProperty("definition", out var definition) || definition.ValueKind != JsonValueKind.Object)
            problem = "definition is missing: an object such as {\"command\": \"npx\", \"args\": [\"-y\", \"PACKAGE\"]} or {\"url\": \"https://HOST/PATH\"}.";
        else if (Text(body, "source") is { } source && (source is ServerRegistry.Declared or "" || source.Length > MaxSourceLength))
            problem = $"source must be a word of at most {MaxSourceLength} characters, and not '{ServerRegistry.Declared}', which stands for the configuration file.";
        else if (Text(body, "folder") is { } folder && !Path.IsPathRooted(folder))
            problem = "folder must be a full path.";
        else
            server = Read(body, id, definition);
        return server is not null;
    }

    private static NewServer Read(JsonElement body, string id, JsonElement definition) => new(
        ConfigFile.ParseServer(JsonMarshal.GetRawUtf8Value(definition), id, "definition", Text(body, "folder") ?? Home, checkReferences: false),
        new RegistrationOptions { Source = Text(body, "source") ?? "api", Test = IsTrue(body, "test", standard: false), Start = IsTrue(body, "start", standard: true) });

    private static string Home => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) is { Length: > 0 } home ? home : Path.GetFullPath("/");

    private static string? Text(JsonElement body, string key) => body.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool IsTrue(JsonElement body, string key, bool standard) => body.TryGetProperty(key, out var value) ? value.ValueKind == JsonValueKind.True : standard;
}
