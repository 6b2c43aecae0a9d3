using Steward.Configuration.Keys;
using Steward.Configuration.Parsing;

namespace Steward.Configuration.Sections;

/// <summary>Reads <c>shutdown</c>.</summary>
internal static class ShutdownSection
{
    private static readonly ShutdownPolicy Standard = new();

    private static readonly NumberKey<TimeSpan> Drain = Number.Duration("drainMs", Standard.Drain, 0, Limits.StopMs,
        "How long calls in flight may still finish before the server is stopped.");

    private static readonly NumberKey<TimeSpan> Grace = Number.Duration("graceMs", Standard.Grace, 0, Limits.StopMs,
        "How long the process may take to end by itself: half of it after its input was closed, half after SIGTERM. Then it is killed.");

    private static readonly NumberKey<TimeSpan> Command = Number.Duration("commandMs", Standard.Command, 1, Limits.StopMs,
        "How long `stopCommand` may take; beyond, it is ended itself. It does not count as grace.");

    public static KeySet Keys { get; } = new("shutdown", [Drain, Grace, Command]);

    public static ShutdownPolicy Read(ConfigSection section, ShutdownPolicy inherited) => new()
    {
        Drain = section.Read(Drain, inherited.Drain),
        Grace = section.Read(Grace, inherited.Grace),
        Command = section.Read(Command, inherited.Command),
    };

    public static void Visit(IKeyVisitor visitor, ShutdownPolicy shutdown, ShutdownPolicy other)
    {
        visitor.Visit(Drain, shutdown.Drain, other.Drain);
        visitor.Visit(Grace, shutdown.Grace, other.Grace);
        visitor.Visit(Command, shutdown.Command, other.Command);
    }
}
