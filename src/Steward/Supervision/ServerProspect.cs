namespace Steward.Supervision;

/// <summary>What a call may hope for that wants a server.</summary>
internal enum ServerProspect
{
    /// <summary>It can be sent now.</summary>
    Ready,

    /// <summary>The server is on its way, and may be there in time.</summary>
    Coming,

    /// <summary>The server is started by the call.</summary>
    Resting,

    /// <summary>The server will not be there in time, or not at all.</summary>
    None,
}
