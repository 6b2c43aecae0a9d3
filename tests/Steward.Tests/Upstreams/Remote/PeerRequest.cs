using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Steward.Tests.Upstreams.Remote;

/// <summary>A request as a remote server sees it, and the ways to answer.</summary>
internal sealed class PeerRequest(HttpContext context, string body)
{
    // Of its own: the context is gone with the response.
    private readonly Dictionary<string, string> _headers = context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);

    public HttpContext Context => context;

    /// <summary>Of HTTP.</summary>
    public string Verb { get; } = context.Request.Method;

    public string Path { get; } = context.Request.Path;

    public string Body => body;

    public JsonNode? Json { get; } = body.Length == 0 ? null : JsonNode.Parse(body);

    /// <summary>Of JSON-RPC; empty for an answer and for a request without a body.</summary>
    public string Method => (string?)Json?["method"] ?? "";

    public string Id => Json!["id"]!.ToJsonString();

    public CancellationToken Gone { get; } = context.RequestAborted;

    public static async Task<PeerRequest> ReadAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        return new PeerRequest(context, await reader.ReadToEndAsync(context.RequestAborted));
    }

    /// <summary>A header; <see langword="null"/> where it is not there.</summary>
    public string? Header(string name) => _headers.GetValueOrDefault(name);

    public string Result(string result) => $$"""{"jsonrpc":"2.0","id":{{Id}},"result":{{result}}}""";

    public string Error(int code, string message) => $$$"""{"jsonrpc":"2.0","id":{{{Id}}},"error":{"code":{{{code}}},"message":"{{{message}}}"}}""";

    public Task AnswerAsync(string result) => RespondAsync(200, Result(result));

    public async Task RespondAsync(int status, string body = "", string type = "application/json")
    {
        context.Response.StatusCode = status;
        if (body.Length == 0)
            return;
        context.Response.ContentType = type;
        await context.Response.WriteAsync(body, Gone);
    }

    /// <summary>Begins a stream of events.</summary>
    public Task BeginEventsAsync()
    {
        context.Response.ContentType = "text/event-stream";
        return context.Response.Body.FlushAsync(Gone);
    }

    public async Task EventAsync(string data, string? id = null, string? type = null, int? retry = null)
    {
        var text = new StringBuilder();
        if (type is not null)
            text.Append("event: ").Append(type).Append('\n');
        if (id is not null)
            text.Append("id: ").Append(id).Append('\n');
        if (retry is not null)
            text.Append("retry: ").Append(retry).Append('\n');
        text.Append("data: ").Append(data).Append("\n\n");
        await context.Response.WriteAsync(text.ToString(), Gone);
        await context.Response.Body.FlushAsync(Gone);
    }

    /// <summary>Waits until the client closes the exchange.</summary>
    public Task UntilGoneAsync() => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, Gone).ContinueWith(static _ => { }, TaskScheduler.Default);

    /// <summary>Resets the connection, once the client has had what was said on it: a reset overtakes what is under way.</summary>
    public async Task BreakAfterAsync(Task heard)
    {
        await heard.WaitAsync(Gone);
        context.Abort();
    }
}
