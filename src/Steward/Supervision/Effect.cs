namespace Steward.Supervision;

/// <summary>What is to be done when a server changes its state.</summary>
internal enum Effect
{
    None,

    /// <summary>Start a new run, and stop the clock of the next start where that runs.</summary>
    Launch,

    /// <summary>Give the launch under way up.</summary>
    AbortLaunch,

    /// <summary>Let clients reach the run, and watch its health.</summary>
    BeginService,

    /// <summary>End the run gracefully.</summary>
    Terminate,

    /// <summary>End a run that became ready when nobody wanted it any more.</summary>
    TerminateLate,

    /// <summary>Start a run beside the present one, which goes on.</summary>
    LaunchSuccessor,

    /// <summary>Give the run beside its place, and let the present one finish what it is at.</summary>
    SwitchOver,

    /// <summary>Forget the run beside, of which nothing is left.</summary>
    DropSuccessor,

    /// <summary>The run that was started beside is the one that is being started from now on; what is left of the present one is ended.</summary>
    AdoptSuccessor,

    /// <summary>Start the clock of the next start.</summary>
    ArmRetry,

    /// <summary>Stop that clock.</summary>
    DisarmRetry,
}
