namespace Steward.TestServer;

/// <summary>Who this process is, for tests that have many of them.</summary>
internal static class ServerLabel
{
    /// <summary>What the variable STEWARD_TEST_LABEL says, and the process id.</summary>
    public static string Value { get; } = $"{Environment.GetEnvironmentVariable("STEWARD_TEST_LABEL")}|{Environment.ProcessId}";
}
