using Steward.Configuration.Keys;
using Steward.Configuration.Parsing;

namespace Steward.Configuration.Sections;

/// <summary>Reads <c>gateway.limits</c>.</summary>
internal static class LimitsSection
{
    private static readonly GatewayLimits Standard = new();

    private static readonly NumberKey<int> Sessions = Number.Count("sessions", Standard.Sessions, 1, 1_000_000,
        "Sessions at one time. Beyond, the one of which nothing was heard for longest, and for a minute at least, gives way.");

    private static readonly NumberKey<int> CallsInFlight = Number.Count("callsInFlight", Standard.CallsInFlight, 1, 100_000,
        "Calls in flight per session.");

    private static readonly NumberKey<int> CallsPerMinute = Number.Count("callsPerMinute", Standard.CallsPerMinute, 0, 10_000_000,
        "Calls per minute and session. 0 means no limit.");

    private static readonly NumberKey<int> BodyMb = Number.Count("bodyMb", Standard.BodyMb, 1, 1024,
        "The largest request body.", unit: "MiB");

    private static readonly NumberKey<int> ParkedCalls = Number.Count("parkedCalls", Standard.ParkedCalls, 1, 1_000_000,
        "Calls that wait, because their server asked something, until their client comes back with the answer.");

    private static readonly NumberKey<int> ParkedCallsPerClient = Number.Count("parkedCallsPerClient", Standard.ParkedCallsPerClient, 1, 1_000_000,
        "The same for one client.");

    private static readonly NumberKey<TimeSpan> ParkedMs = Number.Duration("parkedMs", Standard.ParkedLife, 1, Limits.DayMs,
        "How long such a call waits before it is cancelled.");

    private static readonly NumberKey<int> LeasedProcesses = Number.Count("leasedProcesses", Standard.LeasedProcesses, 1, 10_000,
        "Processes of one server that calls of revision 2026-07-28 get for themselves, where its clients cannot share one. A call beyond waits until one is free.");

    public static KeySet Keys { get; } = new("limits", [Sessions, CallsInFlight, CallsPerMinute, BodyMb, ParkedCalls, ParkedCallsPerClient, ParkedMs, LeasedProcesses]);

    public static GatewayLimits Read(ConfigSection section, GatewayLimits inherited) => new()
    {
        Sessions = section.Read(Sessions, inherited.Sessions),
        CallsInFlight = section.Read(CallsInFlight, inherited.CallsInFlight),
        CallsPerMinute = section.Read(CallsPerMinute, inherited.CallsPerMinute),
        BodyMb = section.Read(BodyMb, inherited.BodyMb),
        ParkedCalls = section.Read(ParkedCalls, inherited.ParkedCalls),
        ParkedCallsPerClient = section.Read(ParkedCallsPerClient, inherited.ParkedCallsPerClient),
        ParkedLife = section.Read(ParkedMs, inherited.ParkedLife),
        LeasedProcesses = section.Read(LeasedProcesses, inherited.LeasedProcesses),
    };

    public static void Visit(IKeyVisitor visitor, GatewayLimits limits, GatewayLimits other)
    {
        visitor.Visit(Sessions, limits.Sessions, other.Sessions);
        visitor.Visit(CallsInFlight, limits.CallsInFlight, other.CallsInFlight);
        visitor.Visit(CallsPerMinute, limits.CallsPerMinute, other.CallsPerMinute);
        visitor.Visit(BodyMb, limits.BodyMb, other.BodyMb);
        visitor.Visit(ParkedCalls, limits.ParkedCalls, other.ParkedCalls);
        visitor.Visit(ParkedCallsPerClient, limits.ParkedCallsPerClient, other.ParkedCallsPerClient);
        visitor.Visit(ParkedMs, limits.ParkedLife, other.ParkedLife);
        visitor.Visit(LeasedProcesses, limits.LeasedProcesses, other.LeasedProcesses);
    }
}
