namespace Steward.Configuration;

/// <summary>What holds for the servers of a manager where their definitions leave something at its default; nothing where it is <see langword="null"/>.</summary>
internal sealed record ServerDefaults
{
    public TimeSpan? HealthCheckInterval { get; init; }

    public TimeSpan? HealthCheckTimeout { get; init; }

    public int? MaxConsecutiveFailures { get; init; }

    public RestartPolicy? RestartPolicy { get; init; }

    public TimeSpan? GracePeriod { get; init; }

    /// <summary>A definition as it is meant. One that is meant so already stays as it is.</summary>
    public ServerConfig Over(ServerConfig server)
    {
        var standard = new ServerConfig { Id = server.Id };
        return server with
        {
            Health = server.Health with
            {
                Interval = Choose(server.Health.Interval, standard.Health.Interval, HealthCheckInterval),
                Timeout = Choose(server.Health.Timeout, standard.Health.Timeout, HealthCheckTimeout),
                FailureThreshold = Choose(server.Health.FailureThreshold, standard.Health.FailureThreshold, MaxConsecutiveFailures),
            },
            RestartPolicy = server.RestartPolicy == standard.RestartPolicy ? RestartPolicy ?? server.RestartPolicy : server.RestartPolicy,
            Shutdown = server.Shutdown with { Grace = Choose(server.Shutdown.Grace, standard.Shutdown.Grace, GracePeriod) },
        };
    }

    private static T Choose<T>(T said, T standard, T? ours)
        where T : struct, IEquatable<T> => said.Equals(standard) ? ours ?? said : said;
}
