namespace Steward.Clients;

/// <summary>Why nothing came of a task that a server made of a call.</summary>
public enum McpTaskFailure
{
    /// <summary>The server said that it made a task, and not which.</summary>
    CreateFailed,

    /// <summary>The server could not be asked about the task.</summary>
    PollFailed,

    /// <summary>The task took longer than <c>taskConfig.timeoutMs</c>; it was cancelled, where the server can do that.</summary>
    Timeout,

    /// <summary>The server has cancelled the task.</summary>
    Cancelled,

    /// <summary>The task has failed.</summary>
    TaskFailed,

    /// <summary>The call, or its task, needs input that it cannot get, or asked for it more often than <c>taskConfig.maxInputRounds</c>.</summary>
    InputRequired,

    /// <summary>The task was asked about <c>taskConfig.maxPollAttempts</c> times and was not over; it was cancelled.</summary>
    MaxAttemptsExceeded,
}
