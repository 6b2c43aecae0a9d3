using System.Text.Json;
using ModelContextProtocol;
using Steward.Gateway;

namespace Steward.Clients;

/// <summary>Tells what the gateway itself answered from what servers say by the same codes.</summary>
internal static class GatewayFailures
{
    /// <summary>Whether the server went away after the request had been sent.</summary>
    public static bool IsConnectionLost(McpProtocolException failure) => Is(failure, FailureReason.ConnectionLost);

    /// <summary>Whether the server went away before the request was sent, so that it has done nothing.</summary>
    public static bool IsUnsent(McpProtocolException failure) => Is(failure, FailureReason.NotSent);

    /// <summary>Whether the server kept silent for too long.</summary>
    public static bool IsTimeout(McpProtocolException failure) => Is(failure, FailureReason.RequestTimeout);

    /// <summary>What became of the task that the server made of the request; <see langword="null"/> where it is not about one.</summary>
    public static McpTaskFailure? OfTask(McpProtocolException failure) =>
        failure.Data[FailureReason.Member] is not JsonElement { ValueKind: JsonValueKind.String } said ? null : said.GetString() switch
        {
            FailureReason.TaskCreateFailed => McpTaskFailure.CreateFailed,
            FailureReason.TaskPollFailed => McpTaskFailure.PollFailed,
            FailureReason.TaskTimeout => McpTaskFailure.Timeout,
            FailureReason.TaskCancelled => McpTaskFailure.Cancelled,
            FailureReason.TaskFailed => McpTaskFailure.TaskFailed,
            FailureReason.InputRequired => McpTaskFailure.InputRequired,
            FailureReason.TaskAttempts => McpTaskFailure.MaxAttemptsExceeded,
            _ => null,
        };

    private static bool Is(McpProtocolException failure, string reason) =>
        failure.Data[FailureReason.Member] is JsonElement { ValueKind: JsonValueKind.String } said && said.ValueEquals(reason);
}
