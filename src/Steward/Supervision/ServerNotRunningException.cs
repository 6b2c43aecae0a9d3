namespace Steward.Supervision;

/// <summary>What was asked for needs a server that runs, and it does not.</summary>
public sealed class ServerNotRunningException : InvalidOperationException
{
    internal ServerNotRunningException(ServerStatus status)
        : base($"Server '{status.Id}' is not running but {status.State}{Reason(status)}. {Mend(status)}") => Status = status;

    /// <summary>How the server is.</summary>
    public ServerStatus Status { get; }

    private static string Reason(ServerStatus status) => status.LastError is { } error ? $": {error.TrimEnd('.')}" : "";

    private static string Mend(ServerStatus status) => status.State switch
    {
        ServerState.Disabled => "Enable it.",
        ServerState.Restarting => $"It is started again at {status.NextRetryAt:O}.",
        _ => "Start it.",
    };
}
