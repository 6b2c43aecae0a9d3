namespace Steward.Gateway.Tasks;

/// <summary>
/// The ids of tasks on the merged endpoint: two servers may well use the same. A server's id has no colon, so what stands before
/// the first one says whose the task is.
/// </summary>
internal static class ExposedTask
{
    public static string Of(string serverId, string taskId) => $"{serverId}:{taskId}";

    /// <summary>Whose task an exposed id means, and what the server calls it; <see langword="null"/> where it is none of ours.</summary>
    public static (string ServerId, string TaskId)? Parse(string exposed) =>
        exposed.IndexOf(':') is > 0 and var colon ? (exposed[..colon], exposed[(colon + 1)..]) : null;
}
