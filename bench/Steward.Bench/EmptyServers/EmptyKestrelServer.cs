using System.Buffers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Steward.Bench.EmptyServers;

/// <summary>What Kestrel alone takes: every POST is answered with the body it brought, by one middleware.</summary>
internal static class EmptyKestrelServer
{
    internal static async Task<int> RunAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.Limits.MaxRequestBodySize = 64 * 1024 * 1024;
            options.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
        });
        await using var app = builder.Build();
        app.Run(AnswerAsync);
        await app.StartAsync();
        Console.WriteLine(app.Urls.First());
        await app.WaitForShutdownAsync();
        return 0;
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        var reader = context.Request.BodyReader;
        var length = (int)(context.Request.ContentLength ?? 0);
        var body = await reader.ReadAtLeastAsync(Math.Max(length, 1), context.RequestAborted);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = length;
        foreach (var segment in body.Buffer)
            context.Response.BodyWriter.Write(segment.Span);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
        reader.AdvanceTo(body.Buffer.End);
    }
}
