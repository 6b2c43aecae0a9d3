using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Steward.TestServer.Web;

/// <summary>The faults that an answer over HTTP can have.</summary>
internal static class WebFault
{
    /// <summary>Those that are a refusal, and nothing else.</summary>
    public static IReadOnlyDictionary<string, int> Statuses { get; } = new Dictionary<string, int>
    {
        ["unauthorized"] = 401,
        ["forbidden"] = 403,
        ["forget"] = 404,
        ["busy"] = 429,
        ["error"] = 500,
        ["absent"] = 503,
    };

    /// <summary>The fault that a message asks for; <see langword="null"/> for none.</summary>
    public static string? Of(JsonNode message) => (string?)message["method"] == "tools/call" && (string?)message["params"]!["name"] == "misbehave"
        ? (string?)message["params"]!["arguments"]!["text"]
        : null;

    public static Task AnswerAsync(HttpContext context, string fault, JsonNode message)
    {
        var answer = Messages.AnswerTo(message)!;
        if (Statuses.TryGetValue(fault, out var status))
        {
            context.Response.StatusCode = status;
            if (fault is "busy" or "absent")
                context.Response.Headers.RetryAfter = "1";
            return Task.CompletedTask;
        }

        return fault switch
        {
            "reset" => ResetAsync(context, ""),
            "cut" => ResetAsync(context, answer[..(answer.Length / 2)]),
            "cut-event" => EventsAsync(context, $"data: {answer[..(answer.Length / 2)]}", resets: true),
            "end" => EventsAsync(context, ": nothing to say\n\n", resets: false),
            "nonsense" => SayAsync(context, "application/json", "no message"),
            "wrong-type" => SayAsync(context, "text/html", answer),
            "other-id" => SayAsync(context, "application/json", """{"jsonrpc":"2.0","id":"another","result":{}}"""),
            "silent" => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default),
            "drip" => DripAsync(context, answer),
            "huge" => HugeAsync(context),
            "redirect" => RedirectAsync(context),
            _ => SayAsync(context, "application/json", answer),
        };
    }

    private static Task SayAsync(HttpContext context, string type, string text)
    {
        context.Response.ContentType = type;
        return context.Response.WriteAsync(text);
    }

    private static async Task ResetAsync(HttpContext context, string text)
    {
        context.Response.ContentLength = text.Length + 1;
        await SayAsync(context, "application/json", text);
        await context.Response.Body.FlushAsync();
        context.Abort();
    }

    private static async Task EventsAsync(HttpContext context, string text, bool resets)
    {
        await SayAsync(context, "text/event-stream", text);
        await context.Response.Body.FlushAsync();
        if (resets)
            context.Abort();
    }

    private static async Task DripAsync(HttpContext context, string text)
    {
        context.Response.ContentType = "application/json";
        foreach (var one in Encoding.UTF8.GetBytes(text))
        {
            await context.Response.Body.WriteAsync(new[] { one }, context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, context.RequestAborted);
        }
    }

    private static async Task HugeAsync(HttpContext context)
    {
        var block = new byte[1 << 20];
        block.AsSpan().Fill((byte)' ');
        context.Response.ContentType = "application/json";
        while (!context.RequestAborted.IsCancellationRequested)
            await context.Response.Body.WriteAsync(block, context.RequestAborted);
    }

    private static Task RedirectAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
        context.Response.Headers.Location = "http://169.254.169.254/latest/meta-data";
        return Task.CompletedTask;
    }
}
