namespace Steward.Tests.Processes;

/// <summary>
/// Shell scripts of servers that nobody wants. Each writes the ids of the processes that must be gone in the end, one a line
/// after <c>pid</c>, and then <c>up</c>.
/// </summary>
internal static class Misbehaviour
{
    private const string Silence = "</dev/null >/dev/null 2>&1";
    private const string Stay = "trap '' TERM; echo pid $$; echo up; while :; do sleep 1000 " + Silence + "; done";

    /// <summary>Ends at the end of input, as it should.</summary>
    public const string None = "echo pid $$; echo up; exec cat";

    /// <summary>Ignores the end of input and SIGTERM.</summary>
    public const string Stubborn = Stay;

    /// <summary>Has a child in its group.</summary>
    public const string Grandchild = "sleep 1000 & echo pid $!; " + Stay;

    /// <summary>Has a child in a session of its own.</summary>
    public const string GrandchildInOwnSession = "setsid sleep 1000 " + Silence + " & echo pid $!; " + Stay;

    /// <summary>Has a child in a session of its own and without our variables, but still its child.</summary>
    public const string GrandchildWithoutMarker = "env -i \"$(command -v setsid)\" \"$(command -v sleep)\" 1000 " + Silence + " & echo pid $!; " + Stay;

    /// <summary>Leaves a daemon in a session of its own, whose parent has ended.</summary>
    public const string Daemon = "(setsid sleep 1000 " + Silence + " & echo pid $!); " + Stay;

    /// <summary>The same, and the daemon cleared its environment.</summary>
    public const string DaemonWithoutMarker =
        "(env -i \"$(command -v setsid)\" \"$(command -v sleep)\" 1000 " + Silence + " & echo pid $!); " + Stay;

    /// <summary>Leaves five orphans, and then three thousand that end at once, as a server does that runs tools in the background.</summary>
    public const string Orphanage =
        "n=0; while [ $n -lt 5 ]; do (sleep 1000 " + Silence + " & echo pid $!); n=$((n+1)); done; " +
        "n=0; while [ $n -lt 3000 ]; do (: &); n=$((n+1)); done; echo up; exec cat";
}
