namespace Steward.Supervision;

/// <summary>Why a server is being stopped, which decides what follows.</summary>
internal enum StopPurpose
{
    /// <summary>It is to stay stopped.</summary>
    Stop,

    /// <summary>It is to run anew at once.</summary>
    Restart,

    /// <summary>It did not answer its probes: that counts as a failure.</summary>
    Unhealthy,
}
