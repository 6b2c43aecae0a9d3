using System.Text.Json;

namespace Steward.Gateway;

/// <summary>Why Steward itself answered a request with an error after it had been sent on: the <c>data</c> of such errors, for programs.</summary>
internal static class FailureReason
{
    /// <summary>The member that holds it.</summary>
    public const string Member = "steward";

    /// <summary>The server went away: whether it has done what it was asked for is not known.</summary>
    public const string ConnectionLost = "connection_lost";

    /// <summary>The server kept silent for too long.</summary>
    public const string RequestTimeout = "request_timeout";

    /// <summary>The server said that it made a task of the call, and not which.</summary>
    public const string TaskCreateFailed = "task_create_failed";

    /// <summary>The server could not be asked about the task.</summary>
    public const string TaskPollFailed = "task_poll_failed";

    /// <summary>The task took longer than it may (<c>taskConfig.timeoutMs</c>).</summary>
    public const string TaskTimeout = "task_timeout";

    /// <summary>The server has cancelled the task.</summary>
    public const string TaskCancelled = "task_cancelled";

    /// <summary>The task has failed.</summary>
    public const string TaskFailed = "task_failed";

    /// <summary>The task was asked about as often as it may be (<c>taskConfig.maxPollAttempts</c>).</summary>
    public const string TaskAttempts = "task_max_attempts_exceeded";

    /// <summary>The call, or its task, needs input that it cannot get, or asked for it too often (<c>taskConfig.maxInputRounds</c>).</summary>
    public const string InputRequired = "input_required";

    /// <summary>An error of a server, an object, that also says why there is no result. What the server says itself stays.</summary>
    public static byte[] AddTo(ReadOnlySpan<byte> error, string reason)
    {
        byte[] member = [.. "\""u8, .. System.Text.Encoding.UTF8.GetBytes(Member), .. "\":\""u8, .. System.Text.Encoding.UTF8.GetBytes(reason), (byte)'"'];
        var data = JsonMembers.Find(error, "data"u8);
        if (!data.Exists)
            return [.. error[..^1], .. ",\"data\":{"u8, .. member, .. "}}"u8];
        if (error[data.Start] != (byte)'{')
            return error.ToArray();
        var rest = error[(data.Start + 1)..];
        return [.. error[..(data.Start + 1)], .. member, .. rest.TrimStart(" \t\r\n"u8) is [(byte)'}', ..] ? [] : ","u8, .. rest];
    }

    /// <summary>Writes the value of <c>data</c>.</summary>
    public static Action<Utf8JsonWriter> Write(string reason) => json =>
    {
        json.WriteStartObject();
        json.WriteString(Member, reason);
        json.WriteEndObject();
    };
}
