using Microsoft.Extensions.Logging;

namespace Steward.Events;

/// <summary>Every log line of the event bus. Ids 2100-2199; never reuse a retired id.</summary>
internal static partial class Log
{
    [LoggerMessage(2100, LogLevel.Error, "A subscriber failed at event {Name}. It goes on with the next; what it fails at from now on is counted, not logged")]
    public static partial void SubscriberFailed(this ILogger logger, string name, Exception failure);

    [LoggerMessage(2101, LogLevel.Error, "No event could be made of a status of {Server}, which is {State}: what it says is not told")]
    public static partial void StatusNotTold(this ILogger logger, string server, Supervision.ServerState state, Exception failure);
}
