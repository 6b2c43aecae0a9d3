namespace Steward.Supervision;

/// <summary>What a window of calls adds up to.</summary>
/// <param name="Calls">The clients' calls that have ended.</param>
/// <param name="Failed">Those of them that the server failed.</param>
/// <param name="Timed">Calls and probes whose time was taken.</param>
/// <param name="Slow">Those of them that took longer than they should.</param>
internal readonly record struct CallFigures(int Calls, int Failed, int Timed, int Slow);
