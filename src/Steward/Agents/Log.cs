using Microsoft.Extensions.Logging;

namespace Steward.Agents;

/// <summary>Every log line of this folder. Ids 2300-2399; never reuse a retired id.</summary>
internal static partial class Log
{
    [LoggerMessage(2300, LogLevel.Information, "Server '{Server}': a call of {Tool} was denied")]
    public static partial void CallDenied(this ILogger logger, string server, string tool);

    [LoggerMessage(2301, LogLevel.Warning, "Server '{Server}': whoever approves calls failed, so a call of {Tool} was denied")]
    public static partial void ApprovalFailed(this ILogger logger, string server, string tool, Exception error);
}
