using Steward.Processes;

namespace Steward.Supervision;

/// <summary>A server could not be started. The message says what was tried, what was found, and what to do.</summary>
internal sealed class ServerLaunchException : Exception
{
    /// <summary>Creates the exception.</summary>
    public ServerLaunchException(string message, bool isPermanent = false, ProcessExit? exit = null, Exception? innerException = null)
        : base(message, innerException) => (IsPermanent, Exit) = (isPermanent, exit);

    /// <summary>Whether trying again cannot help: the command is missing, the working directory does not exist.</summary>
    public bool IsPermanent { get; }

    /// <summary>How long the server wants to be left alone before the next attempt; zero where it has no such wish.</summary>
    public TimeSpan RetryAfter { get; set; }

    /// <summary>How the process ended, where one was started.</summary>
    public ProcessExit? Exit { get; }
}
