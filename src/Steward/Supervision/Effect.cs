namespace Steward.Supervision;

/// <summary>What is to be done when a server changes its state.</summary>
internal enum Effect
{
    None,

    /// <summary>Start a new run.</summary>
    Launch,

    /// <summary>Stop the clock of the next start and start a new run.</summary>
    LaunchNow,

    /// <summary>Give the launch under way up.</summary>
    AbortLaunch,

    /// <summary>Let clients reach the run, and watch its health.</summary>
    BeginService,

    /// <summary>End the run gracefully.</summary>
    Terminate,

    /// <summary>End a run that became ready when nobody wanted it any more.</summary>
    TerminateLate,

    /// <summary>Start the clock of the next start.</summary>
    ArmRetry,

    /// <summary>Stop that clock.</summary>
    DisarmRetry,
}
