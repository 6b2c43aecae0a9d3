namespace Steward.Supervision;

/// <summary>Why a server is being stopped, which decides what follows.</summary>
internal enum StopPurpose
{
    /// <summary>It is to stay stopped.</summary>
    Stop,

    /// <summary>Nobody uses it: it is started again by the next call.</summary>
    Rest,

    /// <summary>It is to stay stopped, and may not be started.</summary>
    Disable,

    /// <summary>It is to run anew at once.</summary>
    Restart,

    /// <summary>It can no longer be used, though it has not ended: that counts as a failure.</summary>
    Failure,
}
