using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Steward.Configuration;
using Steward.Server.Api;
using Steward.Server.Daemon;
using Steward.Server.Guard;

namespace Steward.Server;

/// <summary>Puts the web application together: services, limits, and the way of a request.</summary>
internal static class HttpHost
{
    public static WebApplication Build(StewardHostOptions options, GatewayConfig gateway, FileLoggerProvider log)
    {
        // An empty builder reads no appsettings.json of whatever folder we were started in, and no ASPNETCORE_ variables.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Configure(kestrel, gateway));
        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = Timeout.InfiniteTimeSpan); // StewardHost bounds it
        AddLogging(builder.Logging, log);

        builder.Services
            .AddSingleton(options)
            .AddSingleton(gateway)
            .AddSingleton(options.Time)
            .AddSingleton(new HostAllowList(gateway))
            .AddSingleton(ApiToken.LoadOrCreate(options.Data))
            .AddSingleton<StopRequest>();
        options.Customize?.Invoke(builder);

        var app = builder.Build();
        app.UseMiddleware<HostGuard>();
        app.UseMiddleware<ProblemMiddleware>();
        app.UseMiddleware<TokenGate>();
        app.UseRouting();
        app.MapStewardApi();
        return app;
    }

    private static void Configure(KestrelServerOptions kestrel, GatewayConfig gateway)
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

    private static void AddLogging(ILoggingBuilder logging, FileLoggerProvider log)
    {
        logging.AddProvider(log);
        logging.SetMinimumLevel(LogLevel.Warning);
        logging.AddFilter("Steward", LogLevel.Information);
        // As long as anybody listens here, ASP.NET Core makes an Activity and a scope for every request.
        logging.AddFilter("Microsoft.AspNetCore.Hosting", LogLevel.None);
    }
}
