using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Steward;
using Steward.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts a <see cref="McpServerManager"/> into a host.</summary>
public static class McpServerManagerServiceCollectionExtensions
{
    /// <summary>
    /// Adds a manager, which starts its servers with the host and stops them with it. Its options may also come from elsewhere, such as
    /// <c>services.Configure&lt;McpServerManagerOptions&gt;(…)</c>; they, and the servers' definitions, are checked when the host starts.
    /// Loggers and clock are the host's.
    /// </summary>
    /// <param name="services">The services of the host.</param>
    /// <param name="build">Says which servers there are, and how the manager behaves.</param>
    /// <exception cref="InvalidOperationException">There is a manager already. One has room for any number of servers.</exception>
    public static IServiceCollection AddMcpServerManager(this IServiceCollection services, Action<McpServerManagerBuilder> build)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(build);
        if (services.Any(static service => service.ServiceType == typeof(McpServerManager)))
            throw new InvalidOperationException("There is a McpServerManager already: add the servers to that one.");

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<McpServerManagerOptions>, McpServerManagerOptionsValidator>());
        services.AddOptions<McpServerManagerOptions>()
            .Configure<IServiceProvider>(static (options, provider) =>
            {
                options.LoggerFactory = provider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;
                options.TimeProvider = provider.GetService<TimeProvider>() ?? TimeProvider.System;
            })
            .ValidateOnStart();
        services.AddSingleton(provider => Build(provider.GetRequiredService<IOptions<McpServerManagerOptions>>().Value, build));
        services.AddHostedService<McpServerManagerService>();
        return services;
    }

    /// <summary>Adds a manager of the servers of a configuration file; see <see cref="AddMcpServerManager(IServiceCollection, Action{McpServerManagerBuilder})"/>.</summary>
    /// <param name="services">The services of the host.</param>
    /// <param name="path">The file. Relative paths in it count from its folder.</param>
    /// <param name="reloadOnChange">Whether the file is followed; see <see cref="McpServerManagerBuilder.AddJsonFile"/>.</param>
    /// <exception cref="InvalidOperationException">There is a manager already. One has room for any number of servers.</exception>
    public static IServiceCollection AddMcpServerManager(this IServiceCollection services, string path, bool reloadOnChange = false) =>
        services.AddMcpServerManager(builder => builder.AddJsonFile(path, reloadOnChange: reloadOnChange));

    /// <summary>
    /// Adds a check of the manager's servers: healthy when every enabled one runs and answers its probes, unhealthy when none does, degraded
    /// else. Its data has the state of each enabled one.
    /// </summary>
    /// <param name="checks">The checks of the host.</param>
    /// <param name="name">What the check is called.</param>
    /// <param name="failureStatus">What is reported when none of the servers is well; <see langword="null"/> for <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">By what it can be chosen.</param>
    public static IHealthChecksBuilder AddMcpServers(this IHealthChecksBuilder checks, string name = "mcp-servers", HealthStatus? failureStatus = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(checks);
        return checks.Add(new HealthCheckRegistration(name, static provider => new McpServersHealthCheck(provider.GetRequiredService<McpServerManager>()), failureStatus, tags));
    }

    private static McpServerManager Build(McpServerManagerOptions options, Action<McpServerManagerBuilder> build)
    {
        var builder = McpServerManager.CreateBuilder();
        builder.Options = options;
        build(builder);
        return builder.Build();
    }
}
