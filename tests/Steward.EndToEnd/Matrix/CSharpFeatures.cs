using System.Globalization;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using Steward.EndToEnd.Running;
using Xunit;

namespace Steward.EndToEnd.Matrix;

/// <summary>What <c>tests/peers/clients/features.mjs</c> does, with the client of the C# SDK.</summary>
internal static class CSharpFeatures
{
    private const string Watched = "test://watched-resource";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly Dictionary<string, Func<CSharpSession, CancellationToken, Task>> All = new()
    {
        ["call"] = async (session, cancellation) => Assert.Equal("grüß Gott ☃", await session.CallAsync("echo", new() { ["text"] = "grüß Gott ☃" }, cancellation)),
        ["progress"] = ProgressAsync,
        ["cancel"] = CancelAsync,
        ["elicitation"] = async (session, cancellation) =>
            Assert.Contains("ada@example.com", await session.CallAsync("ask_elicitation", new() { ["message"] = "Who are you?" }, cancellation), StringComparison.Ordinal),
        ["elicitation (url)"] = async (session, cancellation) =>
            Assert.Contains("action=accept", await session.CallAsync("ask_url", [], cancellation), StringComparison.Ordinal),
        ["sampling"] = async (session, cancellation) =>
            Assert.Contains("re: ping", await session.CallAsync("ask_sampling", new() { ["prompt"] = "ping" }, cancellation), StringComparison.Ordinal),
        ["roots"] = async (session, cancellation) =>
            Assert.Contains("file:///matrix", await session.CallAsync("ask_roots", [], cancellation), StringComparison.Ordinal),
        ["log"] = LogAsync,
        ["subscribe"] = SubscribeAsync,
        ["list_changed"] = ListChangedAsync,
        ["completion"] = CompleteAsync,
        ["5 MB result"] = async (session, cancellation) => Assert.Equal(5 << 20, (await session.CallAsync("big", new() { ["bytes"] = 5 << 20 }, cancellation)).Length),
        ["binary"] = BinaryAsync,
        ["error"] = FailAsync,
    };

    /// <summary>Tries the features of a pass at one endpoint: "ok", or what went wrong.</summary>
    public static async Task<Dictionary<string, string>> VisitAsync(Uri endpoint, bool modern, MatrixPass pass, CancellationToken cancellationToken)
    {
        var cells = new Dictionary<string, string>();
        try
        {
            using var limit = Limit(cancellationToken);
            await using var session = await CSharpSession.ConnectAsync(endpoint, modern, limit.Token);
            // Of the modern era the client of this SDK takes the level of log messages out of every request: it cannot ask for any.
            foreach (var (name, check) in All.Where(feature => pass.Includes(feature.Key) && !(modern && feature.Key == "log")))
                cells[name] = await TryAsync(session, check, cancellationToken);
        }
        catch (Exception error)
        {
            cells["connect"] = error.Message;
        }

        return cells;
    }

    private static async Task<string> TryAsync(CSharpSession session, Func<CSharpSession, CancellationToken, Task> check, CancellationToken cancellationToken)
    {
        using var limit = Limit(cancellationToken);
        try
        {
            await check(session, limit.Token);
            return "ok";
        }
        catch (Exception error)
        {
            return limit.IsCancellationRequested ? "no end in sight" : error.Message;
        }
    }

    private static CancellationTokenSource Limit(CancellationToken cancellationToken)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        return limit;
    }

    // The last step may overtake the result inside of the client, which handles messages concurrently, and is lost then.
    private static async Task ProgressAsync(CSharpSession session, CancellationToken cancellationToken)
    {
        await session.CallAsync("progress_steps", [], cancellationToken, new() { ["progressToken"] = "matrix-progress" });
        foreach (var step in new[] { 1, 2 })
            await session.HearsAsync("notifications/progress", parameters => (double)parameters!["progress"]! == step, cancellationToken);
    }

    private static async Task CancelAsync(CSharpSession session, CancellationToken cancellationToken)
    {
        var label = $"matrix-{Guid.NewGuid():N}";
        await session.BeginAndCancelAsync("sleep", new() { ["ms"] = 600_000, ["label"] = label }, () => ListsAsync("begun"), cancellationToken);
        await ListsAsync("cancelled");

        Task ListsAsync(string tool) => Poll.UntilAsync(
            () => session.CallAsync(tool, [], cancellationToken), labels => labels.Contains(label, StringComparison.Ordinal), cancellationToken);
    }

    private static async Task LogAsync(CSharpSession session, CancellationToken cancellationToken)
    {
        await session.RequestAsync("logging/setLevel", new() { ["level"] = "info" }, cancellationToken);
        await session.CallAsync("log", new() { ["level"] = "warning", ["text"] = "logged by the matrix" }, cancellationToken);
        await session.HearsAsync("notifications/message", parameters => (string?)parameters!["data"] == "logged by the matrix", cancellationToken);
    }

    private static async Task SubscribeAsync(CSharpSession session, CancellationToken cancellationToken)
    {
        await using var watching = await session.WatchAsync(Watched, cancellationToken);
        var revision = NumberOf(await session.CallAsync("update_resource", [], cancellationToken));
        await session.HearsAsync("notifications/resources/updated", parameters => (string?)parameters!["uri"] == Watched, cancellationToken);
        var read = await session.RequestAsync("resources/read", new() { ["uri"] = Watched }, cancellationToken);
        Assert.True(NumberOf((string)read["contents"]![0]!["text"]!) >= revision, "the resource is an old one");
    }

    private static int NumberOf(string revision) => int.Parse(revision.Split(' ')[1], CultureInfo.InvariantCulture);

    private static async Task ListChangedAsync(CSharpSession session, CancellationToken cancellationToken)
    {
        await using var watching = await session.WatchAsync(Watched, cancellationToken);
        var name = $"added_{Guid.NewGuid():N}";
        await session.CallAsync("add_tool", new() { ["name"] = name }, cancellationToken);
        await session.HearsAsync("notifications/tools/list_changed", _ => true, cancellationToken);
        // What was heard may be of the change before.
        await Poll.UntilAsync(
            () => session.RequestAsync("tools/list", [], cancellationToken), list => list["tools"]!.AsArray().Any(tool => (string?)tool!["name"] == name), cancellationToken);
        await session.CallAsync("remove_tool", new() { ["name"] = name }, cancellationToken);
    }

    private static async Task CompleteAsync(CSharpSession session, CancellationToken cancellationToken)
    {
        var result = await session.RequestAsync("completion/complete", new()
        {
            ["ref"] = new JsonObject { ["type"] = "ref/prompt", ["name"] = "test_prompt_with_arguments" },
            ["argument"] = new JsonObject { ["name"] = "arg1", ["value"] = "par" },
        }, cancellationToken);
        Assert.Equal(["paris", "park", "party"], result["completion"]!["values"]!.AsArray().Select(value => (string)value!));
    }

    private static async Task BinaryAsync(CSharpSession session, CancellationToken cancellationToken)
    {
        var result = await session.RequestAsync("resources/read", new() { ["uri"] = "test://static-binary" }, cancellationToken);
        Assert.Equal("PNG"u8.ToArray(), Convert.FromBase64String((string)result["contents"]![0]!["blob"]!)[1..4]);
    }

    // The client drops the data of an error unless it is an object: what came over the wire shows in the other clients' cells.
    private static async Task FailAsync(CSharpSession session, CancellationToken cancellationToken)
    {
        var error = await Assert.ThrowsAsync<McpProtocolException>(() => session.CallAsync("fail_with_array", [], cancellationToken));
        Assert.Equal(-32050, (int)error.ErrorCode);
        Assert.Contains("failed as asked", error.Message, StringComparison.Ordinal);
    }
}
