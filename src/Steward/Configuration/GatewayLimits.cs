namespace Steward.Configuration;

/// <summary>What the clients of the gateway may use up. A request over a limit is refused with an error that names it.</summary>
public sealed record GatewayLimits
{
    /// <summary>Sessions at one time. Beyond, the one of which nothing was heard for longest, and for a minute at least, gives way.</summary>
    /// <value>Default: 1000 (<c>sessions</c>).</value>
    public int Sessions { get; init; } = 1000;

    /// <summary>Calls in flight per session.</summary>
    /// <value>Default: 256 (<c>callsInFlight</c>).</value>
    public int CallsInFlight { get; init; } = 256;

    /// <summary>Calls per minute and session.</summary>
    /// <value>Default: 0 (<c>callsPerMinute</c>), which means no limit.</value>
    public int CallsPerMinute { get; init; }

    /// <summary>The largest request body in MiB.</summary>
    /// <value>Default: 32 (<c>bodyMb</c>).</value>
    public int BodyMb { get; init; } = 32;

    /// <summary>Calls that wait, because their server asked something, until their client comes back with the answer.</summary>
    /// <value>Default: 256 (<c>parkedCalls</c>).</value>
    public int ParkedCalls { get; init; } = 256;

    /// <summary>The same for one client.</summary>
    /// <value>Default: 64 (<c>parkedCallsPerClient</c>).</value>
    public int ParkedCallsPerClient { get; init; } = 64;

    /// <summary>How long such a call waits before it is cancelled.</summary>
    /// <value>Default: 10 minutes (<c>parkedMs</c>).</value>
    public TimeSpan ParkedLife { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Processes of one server that calls of revision 2026-07-28 get for themselves, where its clients cannot share one. A call
    /// beyond waits until one is free.
    /// </summary>
    /// <value>Default: 8 (<c>leasedProcesses</c>).</value>
    public int LeasedProcesses { get; init; } = 8;
}
