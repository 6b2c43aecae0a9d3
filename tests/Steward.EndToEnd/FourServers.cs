using System.Text.Json.Nodes;
using Steward.EndToEnd.Running;
using Xunit;

namespace Steward.EndToEnd;

/// <summary>Steward with the four reference servers from npm, once for all tests of a class.</summary>
public sealed class FourServers : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("steward-files-").FullName;
    private StewardProcess? _steward;

    /// <summary>A tool of each server, arguments for it, and a part of what it answers.</summary>
    internal IReadOnlyList<SampleCall> Calls =>
    [
        new("everything", "echo", new() { ["message"] = "Grüße, \"you\" & <me>" }, "Echo: Grüße, \"you\" & <me>"),
        new("filesystem", "read_text_file", new() { ["path"] = Path.Combine(_folder, "note.txt") }, "written by a test"),
        new("memory", "read_graph", [], "\"entities\""),
        new("thinking", "sequentialthinking",
            new() { ["thought"] = "Is it so?", ["nextThoughtNeeded"] = false, ["thoughtNumber"] = 1, ["totalThoughts"] = 1 }, "\"thoughtNumber\": 1"),
    ];

    internal StewardProcess Steward => _steward!;

    /// <summary>The servers as a configuration declares them.</summary>
    internal JsonObject Servers => new()
    {
        ["everything"] = Upstreams.Npm("everything"),
        ["filesystem"] = Upstreams.Npm("filesystem", _folder),
        ["memory"] = Upstreams.Npm("memory").With("env", new JsonObject { ["MEMORY_FILE_PATH"] = Path.Combine(_folder, "memory.jsonl") }),
        ["thinking"] = Upstreams.Npm("sequential-thinking"),
    };

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "note.txt"), "written by a test");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(240), TimeProvider.System);
        _steward = await StewardProcess.StartReadyAsync(Servers, limit.Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (_steward is not null)
            await _steward.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
