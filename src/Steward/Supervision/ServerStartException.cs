namespace Steward.Supervision;

/// <summary>A server did not come up.</summary>
public sealed class ServerStartException : Exception
{
    private ServerStartException(ServerStatus status)
        : base($"Server '{status.Id}' did not come up: {Reason(status)}.{Next(status)}") => Status = status;

    /// <summary>What it has come to.</summary>
    public ServerStatus Status { get; }

    internal static ServerStatus ThrowUnlessUp(ServerStatus status) => status.State == ServerState.Running ? status : throw new ServerStartException(status);

    private static string Reason(ServerStatus status) => status.State switch
    {
        ServerState.Stopped => "it was stopped meanwhile",
        ServerState.Disabled => "it was disabled meanwhile",
        _ => (status.LastError ?? $"it is {status.State}").TrimEnd('.'),
    };

    private static string Next(ServerStatus status) => status.NextRetryAt is { } next ? $" It is tried again at {next:O}." : "";
}
