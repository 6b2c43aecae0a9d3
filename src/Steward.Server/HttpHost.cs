using System.Net;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Steward.Configuration;
using Steward.Server.Api;
using Steward.Server.Channels;
using Steward.Server.Daemon;
using Steward.Server.Guard;
using Steward.Server.Mcp;
using Steward.Server.Metrics;
using Steward.Telemetry;

namespace Steward.Server;

/// <summary>Puts the web application together: services, limits, and the way of a request.</summary>
internal static class HttpHost
{
    public static WebApplication Build(StewardHostOptions options, StewardRuntime runtime, HostState state, ILoggerFactory loggers)
    {
        var gateway = options.Config.Gateway;
        // An empty builder reads no appsettings.json of whatever folder we were started in, and no ASPNETCORE_ variables.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Configure(kestrel, gateway));
        // Relaying never blocks, so a request may be relayed on the very thread that saw it arrive; the rest moves on to the pool.
        builder.Services.Configure<SocketTransportOptions>(sockets => sockets.UnsafePreferInlineScheduling = true);
        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = Timeout.InfiniteTimeSpan); // StewardHost bounds it
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default);
            json.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        });
        builder.Services.AddOpenApi(OpenApiText.Configure);
        builder.Services
            .AddSingleton(loggers)
            .AddSingleton(options.Time)
            .AddSingleton<IMemoryPoolFactory<byte>>(new BlockPool.Factory())
            .AddSingleton(state)
            .AddSingleton(runtime.Manager)
            .AddSingleton(runtime.Gateway)
            .AddSingleton(runtime.Registry)
            .AddSingleton(runtime.Logs)
            .AddSingleton(runtime.Events)
            .AddSingleton(runtime.Discovery)
            .AddSingleton(runtime.Machine)
            .AddSingleton(runtime.Logins)
            .AddSingleton(runtime.Reload)
            .AddSingleton(new HostAllowList(gateway))
            .AddSingleton(ApiToken.LoadOrCreate(options.Data))
            .AddSingleton(_ => new MetricsCollector(meter => meter.Name is StewardTelemetry.Name or "System.Runtime"));
        options.Customize?.Invoke(builder);

        var app = builder.Build();
        _ = app.Services.GetRequiredService<MetricsCollector>(); // from now on: what happened before somebody asks counts, too
        app.UseMiddleware<HostGuard>();
        app.Use(runtime.Front.InvokeAsync); // before routing: the relay needs none
        new ChannelFront(runtime.Gateway, gateway.Limits, new ClientGate(runtime.Tokens, app.Services.GetRequiredService<ApiToken>()), options.Time, loggers).Use(app);
        app.Use(MoveToPoolAsync);
        app.UseMiddleware<ProblemMiddleware>();
        app.UseMiddleware<TokenGate>();
        app.UseRouting();
        app.MapStewardApi();
        return app;
    }

    /// <summary>What follows may take its time: it leaves the thread that waits for sockets.</summary>
    private static async Task MoveToPoolAsync(HttpContext context, RequestDelegate next)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await next(context);
    }

    /// <summary>Sets limits and address of a web server.</summary>
    public static void Configure(KestrelServerOptions kestrel, GatewayConfig gateway)
    {
        kestrel.AddServerHeader = false;
        var limits = kestrel.Limits;
        limits.MaxRequestBodySize = gateway.Limits.BodyMb * 1024L * 1024;
        limits.MaxRequestLineSize = 8 * 1024;
        limits.MaxRequestHeadersTotalSize = 32 * 1024;
        limits.MaxRequestHeaderCount = 100;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(130);

        if (!ListenAddress.TryParse(gateway.Listen, out var listen))
            throw new InvalidOperationException($"'{gateway.Listen}' passed the check of the configuration, yet is no address.");
        if (IPAddress.TryParse(listen.Host.Trim('[', ']'), out var address))
            kestrel.Listen(address, listen.Port);
        else if (listen.IsLoopback && listen.Port == 0)
            kestrel.Listen(IPAddress.Loopback, 0); // a free port on both loopbacks at once cannot be had
        else if (listen.IsLoopback)
            kestrel.ListenLocalhost(listen.Port);
        else
            kestrel.ListenAnyIP(listen.Port);
    }
}
