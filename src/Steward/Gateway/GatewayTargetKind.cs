namespace Steward.Gateway;

/// <summary>The kinds of what a client may connect to.</summary>
internal enum GatewayTargetKind
{
    /// <summary>All servers as one.</summary>
    All,

    /// <summary>One server, its names untouched.</summary>
    Server,

    /// <summary>A group of servers as one.</summary>
    Group,
}
