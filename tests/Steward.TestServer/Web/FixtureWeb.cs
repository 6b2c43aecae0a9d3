using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Steward.TestServer.Fixture;

namespace Steward.TestServer.Web;

/// <summary>
/// The fixture server behind every transport of the web: Streamable HTTP at <c>/mcp</c>, HTTP+SSE of 2024-11-05 at
/// <c>/sse</c>, WebSocket at <c>/ws</c>. Prints its address as the only line, and ends with its input.
/// </summary>
internal static class FixtureWeb
{
    public static async Task<int> RunAsync(FixtureEra era)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            options.Limits.MaxRequestBodySize = null;
            options.Listen(IPAddress.Loopback, 0);
        });
        builder.Services.AddRoutingCore();
        await using var app = builder.Build();
        app.UseWebSockets();
        app.Use(GuardAsync);
        Map(app, era);
        return await app.ServeUntilInputEndsAsync();
    }

    private static void Map(WebApplication app, FixtureEra era)
    {
        var state = new FixtureState();
        var ending = app.Lifetime.ApplicationStopping;
        var legacy = new LegacyHttp(new(FixtureEra.Legacy, state), ending);
        var modern = new ModernHttp(new(FixtureEra.Modern, state));
        app.Map("/mcp", context => era switch
        {
            FixtureEra.Legacy => legacy.HandleAsync(context),
            FixtureEra.Modern => modern.HandleAsync(context),
            _ => IsLegacy(context.Request) ? legacy.HandleAsync(context) : modern.HandleAsync(context),
        });
        app.Map("/ws", context => WebSocketTransport.AcceptAsync(context, new(era, state), ending));
        if (era == FixtureEra.Modern)
            return; // the transport of 2024-11-05 ended before the modern era began
        var sse = new LegacySse(new(FixtureEra.Legacy, state), ending);
        app.MapGet("/sse", sse.OpenAsync);
        app.MapPost("/messages", sse.PostAsync);
    }

    private static bool IsLegacy(HttpRequest request) =>
        request.Headers["MCP-Protocol-Version"].ToString() is "" or "2024-11-05" or "2025-03-26" or "2025-06-18" or "2025-11-25";

    /// <summary>Refuses names that somebody may have bound to the loopback address.</summary>
    private static Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        var origin = context.Request.Headers.Origin.ToString();
        if (IsLocal(context.Request.Host.Host) && (origin.Length == 0 || (Uri.TryCreate(origin, UriKind.Absolute, out var uri) && IsLocal(uri.Host))))
            return next(context);
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }

    private static bool IsLocal(string host) => host is "localhost" or "127.0.0.1" or "[::1]";
}
