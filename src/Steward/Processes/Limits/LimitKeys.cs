namespace Steward.Processes.Limits;

/// <summary>What limits are called in definitions.</summary>
internal static class LimitKeys
{
    public const string Memory = "memoryMb";
    public const string Cpu = "cpuPercent";
    public const string Processes = "maxProcesses";
    public const string Files = "maxOpenFiles";

    /// <summary>Whether somebody who measures can act on it where the system does not.</summary>
    public static bool CanBeWatched(string key) => key is Memory or Processes;
}
