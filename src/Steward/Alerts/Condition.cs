using Steward.Configuration;
using Steward.Supervision;

namespace Steward.Alerts;

/// <summary>How a server is doing, as far as alerts are concerned. Pure.</summary>
internal static class Condition
{
    /// <summary>What a status says: trouble of a kind, <see cref="AlertKind.Recovered"/> where all is well, null where it says nothing new.</summary>
    public static AlertKind? Of(ServerStatus status) => status.State switch
    {
        ServerState.FailedToStart or ServerState.Crashed => AlertKind.Failed,
        ServerState.Restarting when status.ConsecutiveFailures > 0 => AlertKind.Crashed,
        ServerState.Running => status.Health switch
        {
            ServerHealth.Unhealthy => AlertKind.Unhealthy,
            ServerHealth.Degraded => AlertKind.Degraded,
            _ => AlertKind.Recovered,
        },
        _ => null, // on its way somewhere
    };

    /// <summary>Whether somebody wants the server to be down: then it is in no trouble, and what was is forgotten. One that rests is as it was.</summary>
    public static bool IsDownByRequest(ServerStatus status) => status.IsRemoved || (status.State is ServerState.Stopped or ServerState.Disabled && !status.StartsOnCall);
}
