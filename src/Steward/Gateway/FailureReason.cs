using System.Text.Json;
using Steward.Wire;

namespace Steward.Gateway;

/// <summary>Why Steward itself answered a request with an error that was sent on, or was to be: the <c>data</c> of such errors, for programs.</summary>
internal static class FailureReason
{
    /// <summary>The member that holds it.</summary>
    public const string Member = "steward";

    /// <summary>The server went away: whether it has done what it was asked for is not known.</summary>
    public const string ConnectionLost = "connection_lost";

    /// <summary>The server went away before it was asked: it has done nothing.</summary>
    public const string NotSent = "not_sent";

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

    private static ReadOnlySpan<byte> Name => "steward"u8;

    /// <summary>
    /// An error of a server that also says why there is no result. What the server says itself stays; where that leaves no room for more, nothing
    /// is added.
    /// </summary>
    public static byte[] AddTo(ReadOnlySpan<byte> error, string reason)
    {
        if (error is not [(byte)'{', ..])
            return error.ToArray();
        var own = RemoveFrom(error);
        byte[] member = [(byte)'"', .. Name, .. "\":\""u8, .. System.Text.Encoding.UTF8.GetBytes(reason), (byte)'"'];
        var data = JsonMembers.Find(own, "data"u8);
        if (!data.Exists)
            return JsonMembers.Insert(own, new ByteRange(0, own.Length), [.. "\"data\":{"u8, .. member, (byte)'}']);
        return own[data.Start] == (byte)'{' ? JsonMembers.Insert(own, data, member) : own;
    }

    /// <summary>
    /// A server's answer without what only Steward says: whoever acts on that must be able to rely on it. <see langword="null"/> where the server
    /// says no such thing.
    /// </summary>
    public static byte[]? RemoveFrom(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        var error = envelope.Error.Of(message);
        return IsIn(error) ? [.. message[..envelope.Error.Start], .. RemoveFrom(error), .. message[envelope.Error.End..]] : null;
    }

    /// <summary>Writes the value of <c>data</c> where no answer came to a request; <see langword="null"/> where the code says it all.</summary>
    public static Action<Utf8JsonWriter>? OfCode(int code, bool isUnsent = false) => code switch
    {
        JsonRpcErrorCode.RequestTimeout => Write(RequestTimeout),
        JsonRpcErrorCode.ServerUnavailable => Write(isUnsent ? NotSent : ConnectionLost),
        _ => null,
    };

    /// <summary>Writes the value of <c>data</c>.</summary>
    public static Action<Utf8JsonWriter> Write(string reason) => json =>
    {
        json.WriteStartObject();
        json.WriteString(Member, reason);
        json.WriteEndObject();
    };

    private static bool IsIn(ReadOnlySpan<byte> error) => JsonMembers.Find(JsonMembers.Find(error, "data"u8).Of(error), Name).Exists;

    /// <summary>As often as it is there: readers differ in which of two they take.</summary>
    private static byte[] RemoveFrom(ReadOnlySpan<byte> error)
    {
        if (!IsIn(error))
            return error.ToArray();
        var data = JsonMembers.Find(error, "data"u8);
        return [.. error[..data.Start], .. JsonMembers.Without(data.Of(error), Name), .. error[data.End..]];
    }
}
