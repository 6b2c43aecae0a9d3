using System.Text.Json.Nodes;
using System.Threading.Channels;
using Steward.Tests.Upstreams;
using Steward.Upstreams;
using Xunit;

namespace Steward.Tests.Gateway;

/// <summary>
/// A server in memory. It shakes hands, lists its tools, and answers <c>echo</c>, subscriptions and levels by itself; everything that comes
/// is kept for the test, which answers and says the rest.
/// </summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private const string Tasks = ""","tasks":{"list":{},"cancel":{},"requests":{"tools":{"call":{}}}}}""";

    private readonly Channel<JsonNode> _heard = Channel.CreateUnbounded<JsonNode>();
    private readonly PipePeer _peer = new();
    private readonly Task _serving;

    public ScriptedServer(string id)
    {
        Id = id;
        _serving = ServeAsync();
    }

    public string Id { get; }

    /// <summary>Whether it declares tasks: those do whose name says so.</summary>
    public bool HasTasks => Id.Contains("task", StringComparison.Ordinal);

    /// <summary>Whether it knows the modern era alone.</summary>
    public bool IsModern { get; set; }

    /// <summary>Whether it never says a word.</summary>
    public bool IsSilent { get; set; }

    public PipePeer Peer => _peer;

    /// <summary>It reads on when this has completed.</summary>
    public Task ReadsOn { get; set; } = Task.CompletedTask;

    /// <summary>What stands between the server and the link to it; nothing where the test does not say.</summary>
    public Func<ILink, ILink> Wrap { get; set; } = static link => link;

    public ILink Link => Wrap(_peer.Link);

    public List<string> Tools { get; } = ["echo", "wait"];

    /// <summary>Tools that say more of themselves than a name, by it. A call of one is answered as one of echo is, but not as a task.</summary>
    public Dictionary<string, string> Definitions { get; } = [];

    public string Capabilities { get; set; } = """{"tools":{"listChanged":true},"prompts":{},"resources":{"subscribe":true},"logging":{}}""";

    /// <summary>Whether it answers subscriptions with an error.</summary>
    public bool RefusesSubscriptions { get; set; }

    /// <summary>Whether before the answer to an echo there is progress, if somebody wants that, and it says the same.</summary>
    public bool ReportsEchoes { get; set; }

    /// <summary>Requests of this method wait for the test in place of being answered at once.</summary>
    public string? Keeps { get; set; }

    /// <summary>What it answers otherwise than it would: a member of the answer, <c>"result":…</c> or <c>"error":…</c>; null leaves it as it is.</summary>
    public Func<JsonNode, string?> Answer { get; set; } = static _ => null;

    /// <summary>The parameters of its handshake.</summary>
    public JsonNode? Opening { get; private set; }

    /// <summary>The next thing that came and fits; what does not fit is dropped.</summary>
    public async Task<JsonNode> NextAsync(string method)
    {
        while (true)
        {
            var message = await _heard.Reader.ReadAsync(TestContext.Current.CancellationToken);
            if (((string?)message["method"] ?? "answer") == method)
                return message;
        }
    }

    /// <summary>Whether something of that kind is among what came since, which is dropped.</summary>
    public bool HasHeard(string method)
    {
        var found = false;
        while (_heard.Reader.TryRead(out var message))
            found |= ((string?)message["method"] ?? "answer") == method;
        return found;
    }

    public Task SayAsync(string message) => _peer.SayAsync(message, CancellationToken.None);

    public Task AnswerAsync(JsonNode request, string result = """{"content":[]}""") => SayAsync($$"""{"jsonrpc":"2.0","id":{{request["id"]!.ToJsonString()}},"result":{{result}}}""");

    public Task ProgressAsync(JsonNode request, int progress) => SayAsync(
        $$$"""{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":{{{request["params"]!["_meta"]!["progressToken"]!.ToJsonString()}}},"progress":{{{progress}}}}}""");

    private Task ReportAsync(JsonNode request, JsonNode token) => SayAsync(
        $$$"""{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":{{{token.ToJsonString()}}},"progress":1,"message":{{{request["params"]!["arguments"]!.ToJsonString()}}}}}""");

    /// <summary>Ends as a crashed process does.</summary>
    public void Crash() => _peer.CloseOutput();

    public async ValueTask DisposeAsync()
    {
        await _peer.DisposeAsync();
        await _serving;
    }

    private async Task ServeAsync()
    {
        while (await _peer.ReadAsync(CancellationToken.None) is { } line)
        {
            await ReadsOn;
            var message = JsonNode.Parse(line)!;
            if (IsSilent)
                continue;
            if (ReportsEchoes && message["params"]?["_meta"]?["progressToken"] is { } token)
                await ReportAsync(message, token);
            if (Answer(message) is { } member)
                await SayAsync($$"""{"jsonrpc":"2.0","id":{{message["id"]!.ToJsonString()}},{{member}}}""");
            else if (IsModern && (string?)message["method"] == "initialize")
                await SayAsync($$$"""{"jsonrpc":"2.0","id":{{{message["id"]!.ToJsonString()}}},"error":{"code":-32601,"message":"only 2026-07-28 is spoken here"}}""");
            else if (RefusesSubscriptions && (string?)message["method"] == "resources/subscribe")
                await SayAsync($$$"""{"jsonrpc":"2.0","id":{{{message["id"]!.ToJsonString()}}},"error":{"code":-32002,"message":"no such thing"}}""");
            else if (AnswerTo(message) is { } result)
                await AnswerAsync(message, result);
            else if ((string?)message["method"] == "server/discover")
                await SayAsync($$$"""{"jsonrpc":"2.0","id":{{{message["id"]!.ToJsonString()}}},"error":{"code":-32601,"message":"Method not found"}}""");
            _heard.Writer.TryWrite(message);
        }

        _peer.CloseOutput(); // a server that obeys ends with its input
        _heard.Writer.TryComplete();
    }

    private string? AnswerTo(JsonNode message)
    {
        if (Keeps is not null && (string?)message["method"] == Keeps)
            return null;
        switch ((string?)message["method"])
        {
            case "initialize":
                Opening = message["params"];
                return $$"""{"protocolVersion":"2025-11-25","capabilities":{{(HasTasks ? Capabilities[..^1] + Tasks : Capabilities)}},"serverInfo":{"name":"scripted","version":"1"},"instructions":"be kind"}""";
            case "server/discover" when IsModern:
                var capabilities = HasTasks ? """{"tools":{},"extensions":{"io.modelcontextprotocol/tasks":{}}}""" : """{"tools":{}}""";
                return $$"""{"resultType":"complete","supportedVersions":["2026-07-28"],"ttlMs":0,"cacheScope":"public","capabilities":{{capabilities}}}""";
            case "tools/list":
                return $$"""{"tools":[{{string.Join(',', Tools.Select(tool => $$$"""{"name":"{{{tool}}}","inputSchema":{"type":"object"},"x":1.0}""").Concat(Definitions.Values))}}]}""";
            case "prompts/list":
                return """{"prompts":[{"name":"ask"}]}""";
            case "resources/list":
                return $$"""{"resources":[{"uri":"{{Id}}:1","name":"r"}]}""";
            case "resources/templates/list":
                return """{"resourceTemplates":[]}""";
            case "ping" or "resources/subscribe" or "resources/unsubscribe" or "logging/setLevel":
                return "{}";
            case "tools/call" when (string?)message["params"]!["name"] is "echo" || (message["params"]!["task"] is null && Definitions.ContainsKey((string)message["params"]!["name"]!)):
                return $$"""{"server":"{{Id}}","echo":{{message["params"]!["arguments"]?.ToJsonString() ?? "null"}}}""";
            default:
                return null;
        }
    }
}
