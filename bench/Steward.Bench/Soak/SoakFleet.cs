using System.Text.Json.Nodes;

namespace Steward.Bench.Soak;

/// <summary>Thirty servers: six of other people, twelve sound ones of ours, and twelve that misbehave, each in its own way.</summary>
internal static class SoakFleet
{
    private static readonly string[][] Misbehaving =
    [
        ["exit-at-start"], ["hang-in-initialize"], ["slow-start"], ["flood-stderr", "--bytes", "20000000"], ["die-midcall"], ["stubborn"],
        ["forks"], ["garbage"], ["huge-line", "--bytes", "40000000"], ["close-stdout"], ["deaf"], ["wrong-ids"],
    ];

    /// <summary>Makes the servers, and the files that they need.</summary>
    /// <param name="testServer">The program of our own servers.</param>
    /// <param name="node">The program that runs those of other people.</param>
    /// <param name="modules">Where they are installed.</param>
    /// <param name="directory">Where files may be put.</param>
    internal static IReadOnlyList<SoakServer> Create(string testServer, string node, string modules, string directory)
    {
        var notes = Directory.CreateDirectory(Path.Combine(directory, "notes")).FullName;
        File.WriteAllText(Path.Combine(notes, "note.txt"), "the note of the soak");
        return
        [
            .. Enumerable.Range(1, 2).Select(n => Npm($"everything-{n}", "everything", [], "echo", number => new() { ["message"] = $"n{number}." }, number => $"Echo: n{number}.")),
            .. Enumerable.Range(1, 2).Select(n => Npm($"files-{n}", "filesystem", [notes], "read_text_file", _ => new() { ["path"] = Path.Combine(notes, "note.txt") }, _ => "the note of the soak")),
            Npm("memory-1", "memory", [], "search_nodes", number => new() { ["query"] = $"n{number}" }, _ => "entities"),
            Npm("thinking-1", "sequential-thinking", [], "sequentialthinking", Thought, number => $"\"totalThoughts\": {number}"),
            .. Enumerable.Range(1, 8).Select(n => Own($"fixture-{n}", "fixture")),
            .. Enumerable.Range(1, 4).Select(n => Own($"labelled-{n}", "labelled")),
            .. Misbehaving.Select(mode => Own($"bad-{mode[0]}", mode) with { Tool = "misbehave", IsSound = false }),
        ];

        SoakServer Npm(string id, string package, string[] arguments, string tool, Func<long, JsonObject> ask, Func<long, string> expect) =>
            new(id, Entry(node, [Path.Combine(modules, "@modelcontextprotocol", $"server-{package}", "dist", "index.js"), .. arguments]), tool, ask, expect);

        SoakServer Own(string id, params string[] mode)
        {
            var entry = Entry(testServer, ["--mode", .. mode]);
            entry["env"] = new JsonObject { ["STEWARD_TEST_LABEL"] = id };
            return new(id, entry, "say", number => new() { ["text"] = $"n{number}." }, number => $"|n{number}.") { };
        }
    }

    /// <summary>Writes the configuration. What is killed so often would be given up by the defaults, as it should be.</summary>
    internal static string Write(IReadOnlyList<SoakServer> servers, string directory)
    {
        var file = Path.Combine(directory, "soak.json");
        File.WriteAllText(file, new JsonObject
        {
            ["defaults"] = new JsonObject
            {
                ["startupTimeoutMs"] = 20_000,
                ["requestTimeoutMs"] = 15_000,
                ["restartPolicy"] = new JsonObject { ["initialDelayMs"] = 100, ["maxDelayMs"] = 5_000, ["maxRestartAttempts"] = 1_000_000, ["resetAfterMs"] = 2_000 },
            },
            ["mcpServers"] = new JsonObject(servers.Select(server => KeyValuePair.Create(server.Id, (JsonNode?)server.Entry))),
        }.ToJsonString());
        return file;
    }

    private static JsonObject Thought(long number) => new()
    {
        ["thought"] = "Is it so?",
        ["nextThoughtNeeded"] = false,
        ["thoughtNumber"] = 1,
        ["totalThoughts"] = number,
    };

    private static JsonObject Entry(string command, string[] arguments) => new()
    {
        ["command"] = command,
        ["args"] = new JsonArray([.. arguments.Select(argument => (JsonNode)argument)]),
    };
}
