using System.Globalization;
using System.Text;
using System.Text.Json;
using Steward.Bench.Load;

namespace Steward.Bench.Sessions;

/// <summary>One initialized MCP session: blocking requests for set-up, links for the load loop.</summary>
internal abstract class McpSession : IDisposable
{
    /// <summary>The revision all sessions ask for; every target speaks it.</summary>
    internal const string ProtocolVersion = "2025-06-18";

    protected const string InitializeParams =
        $$$"""{"protocolVersion":"{{{ProtocolVersion}}}","capabilities":{},"clientInfo":{"name":"steward-bench","version":"1.0.0"}}""";

    private int _lastId;
    private string? _echoTool;

    /// <summary>Begins a session.</summary>
    /// <param name="isMirror">True for servers that know no MCP and answer each request with itself.</param>
    protected McpSession(bool isMirror)
    {
        IsMirror = isMirror;
        _echoTool = isMirror ? "echo" : null;
    }

    /// <summary>The name under which the target shows the echo tool.</summary>
    internal string EchoTool => _echoTool ??= FindEchoTool();

    public abstract void Dispose();

    /// <summary>Leaves without a word: closes the connections and ends nothing.</summary>
    internal abstract void Abandon();

    /// <summary>Prepares calls of this session for one window.</summary>
    internal abstract IEnumerable<LoadLink> CreateLinks(CallBoard board, int firstSlot, int slots);

    /// <summary>Closes what <see cref="CreateLinks"/> opened; the session stays.</summary>
    internal abstract void CloseLinks();

    /// <summary>Sends a request and returns its whole response.</summary>
    internal byte[] Request(string method, string parameters)
    {
        var id = ++_lastId;
        return Exchange(method, FormatRequest(id, method, Complete(parameters)), id);
    }

    internal IReadOnlyList<string> ListTools()
    {
        using var answer = JsonDocument.Parse(Request("tools/list", "{}"));
        return answer.RootElement.TryGetProperty("result", out var result)
            ? [.. result.GetProperty("tools").EnumerateArray().Select(tool => tool.GetProperty("name").GetString()!)]
            : [];
    }

    /// <summary>Calls the echo tool with an argument of the given size and checks that all of it came back.</summary>
    internal void CallEcho(int argumentLength)
    {
        var answer = Request("tools/call", $$$"""{"name":"{{{EchoTool}}}","arguments":{"text":"{{{new string('x', argumentLength)}}}"}}""");
        if (answer.Length < argumentLength || (!IsMirror && answer.AsSpan().IndexOf("\"result\""u8) < 0))
            throw new BenchException($"A call with {argumentLength} bytes was answered with {Encoding.UTF8.GetString(answer.AsSpan(0, Math.Min(300, answer.Length)))}");
    }

    protected bool IsMirror { get; }

    /// <summary>Adds to the parameters of a request what the session's revision of the protocol wants in all of them.</summary>
    protected virtual string Complete(string parameters) => parameters;

    protected abstract byte[] Exchange(string method, byte[] message, int id);

    protected static byte[] FormatNotification(string method) =>
        Encoding.UTF8.GetBytes($$"""{"method":"{{method}}","jsonrpc":"2.0"}""");

    protected bool Answers(byte[] message, int id)
    {
        if (IsMirror)
            return true;
        using var document = JsonDocument.Parse(message);
        return document.RootElement.TryGetProperty("id", out var answered)
            && answered.ToString() == id.ToString(CultureInfo.InvariantCulture)
            && !document.RootElement.TryGetProperty("method", out _);
    }

    private static byte[] FormatRequest(int id, string method, string parameters) =>
        Encoding.UTF8.GetBytes($$"""{"method":"{{method}}","params":{{parameters}},"jsonrpc":"2.0","id":{{id}}}""");

    private string FindEchoTool() =>
        ListTools().FirstOrDefault(name => name.EndsWith("echo", StringComparison.Ordinal))
        ?? throw new BenchException("The target shows no echo tool.");
}
