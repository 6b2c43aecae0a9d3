using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Steward.Tests.Discovery;

/// <summary>A service on a free port of this machine: each path and query answers what the test says, else 404.</summary>
internal sealed class FakeService : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, Func<HttpContext, Task>> _answers = new(StringComparer.Ordinal);

    private FakeService(WebApplication app) => _app = app;

    /// <summary>What was asked, in order: path and query.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>The bearer tokens that came, in order; empty where none came.</summary>
    public ConcurrentQueue<string> Tokens { get; } = new();

    public Uri Address => new(_app.Urls.First());

    public static async Task<FakeService> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var service = new FakeService(app);
        app.Run(service.AnswerAsync);
        await app.StartAsync();
        return service;
    }

    /// <summary>Answers JSON, with a tag: whoever knows the tag is told that nothing has changed.</summary>
    public void Json(string path, string json, string? tag = null, string? link = null) => On(path, async context =>
    {
        if (tag is not null)
        {
            context.Response.Headers.ETag = tag;
            if (context.Request.Headers.IfNoneMatch == tag)
            {
                context.Response.StatusCode = 304;
                return;
            }
        }

        if (link is not null)
            context.Response.Headers.Link = link;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(json);
    });

    public void Status(string path, int status, params (string Name, string Value)[] headers) => On(path, context =>
    {
        context.Response.StatusCode = status;
        foreach (var (name, value) in headers)
            context.Response.Headers[name] = value;
        return context.Response.WriteAsync("""{"message":"no"}""");
    });

    public void On(string path, Func<HttpContext, Task> answer) => _answers[path] = answer;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private Task AnswerAsync(HttpContext context)
    {
        var path = Uri.UnescapeDataString(context.Request.Path + context.Request.QueryString.Value);
        Asked.Enqueue(path);
        Tokens.Enqueue(context.Request.Headers.Authorization.ToString());
        if (_answers.TryGetValue(path, out var answer))
            return answer(context);
        context.Response.StatusCode = 404;
        return Task.CompletedTask;
    }
}
