using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json.Nodes;
using Steward.EndToEnd.Running;
using Xunit;

namespace Steward.EndToEnd;

/// <summary>A client of revision 2026-07-28 uses a tool that server-everything, of the legacy era, has called as a task only.</summary>
public sealed class TasksAcrossErasTests
{
    private const string Extension = "io.modelcontextprotocol/tasks";
    private const string Tool = "simulate-research-query";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory(Timeout = 300_000)]
    [InlineData("auto")]
    [InlineData("session")]
    public async Task A_client_of_the_extension_gets_the_task_and_answers_what_it_asks(string isolation)
    {
        await using var steward = await StewardProcess.StartReadyAsync(new() { ["everything"] = Upstreams.Npm("everything").With("isolation", isolation) }, Cancellation);
        using var client = new ModernClient(steward.Endpoint, new() { ["elicitation"] = new JsonObject(), ["extensions"] = new JsonObject { [Extension] = new JsonObject() } });
        Assert.NotNull((await client.RequestAsync("server/discover"))["result"]!["capabilities"]!["extensions"]![Extension]);

        var created = (await client.CallAsync($"everything__{Tool}", ambiguous: true))["result"]!;
        var id = (string)created["taskId"]!;
        Assert.Equal(("task", "working"), ((string?)created["resultType"], (string?)created["status"]));
        Assert.StartsWith("everything:", id);
        Assert.Contains((string?)(await client.RequestAsync("tasks/get", new() { ["taskId"] = id }))["result"]!["status"], (string[])["working", "input_required"]); // it asks after two seconds

        await using var news = client.ListenAsync(id).GetAsyncEnumerator(Cancellation);
        var asking = await NextAsync(news, "input_required");
        var request = Assert.Single(asking["inputRequests"]!.AsObject());
        Assert.Equal("elicitation/create", (string?)request.Value!["method"]);
        var answer = new JsonObject { [request.Key] = new JsonObject { ["action"] = "accept", ["content"] = new JsonObject { ["interpretation"] = "historical" } } };
        Assert.Equal("complete", (string?)(await client.RequestAsync("tasks/update", new() { ["taskId"] = id, ["inputResponses"] = answer }))["result"]!["resultType"]);

        var done = await NextAsync(news, "completed");
        Assert.Contains("(historical)", (string?)done["result"]!["content"]![0]!["text"]);
        var got = (await client.RequestAsync("tasks/get", new() { ["taskId"] = id }))["result"]!;
        Assert.Equal(done["result"]!.ToJsonString(), got["result"]!.ToJsonString());
    }

    [Fact(Timeout = 300_000)]
    public async Task A_client_without_the_extension_gets_the_result_of_the_task()
    {
        await using var steward = await StewardProcess.StartReadyAsync(new() { ["everything"] = Upstreams.Npm("everything") }, Cancellation);
        using var client = new ModernClient(steward.EndpointOf("everything"), new() { ["elicitation"] = new JsonObject() });

        Assert.Contains("# Research Report: cats", (string?)(await client.CallAsync(Tool, ambiguous: false))["result"]!["content"]![0]!["text"]);
        var parked = (await client.CallAsync(Tool, ambiguous: true))["result"]!;
        Assert.Equal("input_required", (string?)parked["resultType"]);
        var key = Assert.Single(parked["inputRequests"]!.AsObject()).Key;
        var result = await client.CallAsync(Tool, ambiguous: true, new()
        {
            ["requestState"] = (string?)parked["requestState"],
            ["inputResponses"] = new JsonObject { [key] = new JsonObject { ["action"] = "accept", ["content"] = new JsonObject { ["interpretation"] = "current" } } },
        });
        Assert.Contains("(current)", (string?)result["result"]!["content"]![0]!["text"]);
    }

    [Fact(Timeout = 300_000)]
    public async Task A_cancelled_task_stays_cancelled()
    {
        await using var steward = await StewardProcess.StartReadyAsync(new() { ["everything"] = Upstreams.Npm("everything") }, Cancellation);
        using var client = new ModernClient(steward.Endpoint, new() { ["elicitation"] = new JsonObject(), ["extensions"] = new JsonObject { [Extension] = new JsonObject() } });
        var id = (string)(await client.CallAsync($"everything__{Tool}", ambiguous: true))["result"]!["taskId"]!; // which is not over before somebody answers

        Assert.NotNull((await client.RequestAsync("tasks/cancel", new() { ["taskId"] = id }))["result"]);

        Assert.Equal("cancelled", (string?)(await client.RequestAsync("tasks/get", new() { ["taskId"] = id }))["result"]!["status"]);
    }

    private static async Task<JsonNode> NextAsync(IAsyncEnumerator<JsonNode> news, string status)
    {
        while (await news.MoveNextAsync())
        {
            if ((string?)news.Current["method"] == "notifications/tasks" && (string?)news.Current["params"]!["status"] == status)
                return news.Current["params"]!;
        }

        throw new InvalidOperationException($"The subscription ended before the task was {status}.");
    }

    /// <summary>As little of a client as the revision allows.</summary>
    private sealed class ModernClient(Uri endpoint, JsonObject capabilities) : IDisposable
    {
        private readonly HttpClient _http = new() { Timeout = Timeout.InfiniteTimeSpan };
        private int _lastId;

        public Task<JsonNode> CallAsync(string tool, bool ambiguous, JsonObject? more = null)
        {
            var parameters = more ?? [];
            parameters["name"] = tool;
            parameters["arguments"] = new JsonObject { ["topic"] = "cats", ["ambiguous"] = ambiguous };
            return RequestAsync("tools/call", parameters);
        }

        public async Task<JsonNode> RequestAsync(string method, JsonObject? parameters = null)
        {
            using var response = await SendAsync(method, parameters ?? []);
            await foreach (var message in MessagesAsync(response))
            {
                if (message["id"] is not null && message["method"] is null)
                    return message;
            }

            throw new InvalidOperationException($"{method}: the stream ended without an answer ({(int)response.StatusCode})");
        }

        public async IAsyncEnumerable<JsonNode> ListenAsync(string taskId)
        {
            using var response = await SendAsync("subscriptions/listen", new() { ["notifications"] = new JsonObject { ["taskIds"] = new JsonArray(taskId) } });
            await foreach (var message in MessagesAsync(response))
                yield return message;
        }

        public void Dispose() => _http.Dispose();

        private Task<HttpResponseMessage> SendAsync(string method, JsonObject parameters)
        {
            parameters["_meta"] = new JsonObject
            {
                ["io.modelcontextprotocol/protocolVersion"] = "2026-07-28",
                ["io.modelcontextprotocol/clientInfo"] = new JsonObject { ["name"] = "tasks", ["version"] = "1" },
                ["io.modelcontextprotocol/clientCapabilities"] = capabilities.DeepClone(),
            };
            var body = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = ++_lastId, ["method"] = method, ["params"] = parameters };
            var request = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, new MediaTypeHeaderValue("application/json")) };
            request.Headers.Accept.ParseAdd("application/json, text/event-stream");
            request.Headers.Add("MCP-Protocol-Version", "2026-07-28");
            request.Headers.Add("Mcp-Method", method);
            if ((parameters["name"] ?? parameters["taskId"]) is { } name)
                request.Headers.Add("Mcp-Name", (string?)name);
            return _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        }

        private static async IAsyncEnumerable<JsonNode> MessagesAsync(HttpResponseMessage response)
        {
            await using var stream = await response.Content.ReadAsStreamAsync(Cancellation);
            if (response.Content.Headers.ContentType?.MediaType != "text/event-stream")
            {
                yield return (await JsonNode.ParseAsync(stream, cancellationToken: Cancellation))!;
                yield break;
            }

            await foreach (var item in SseParser.Create(stream).EnumerateAsync(Cancellation))
            {
                if (item.Data.Length > 0)
                    yield return JsonNode.Parse(item.Data)!;
            }
        }
    }
}
