namespace Steward.Gateway;

/// <summary>Whose connection a request goes by, and what becomes of it where that takes it no more.</summary>
internal enum Carrier
{
    /// <summary>That of the run that all share: the request comes back, and waits for the next.</summary>
    Shared,

    /// <summary>The same, while nobody else is there.</summary>
    SharedAlone,

    /// <summary>That of the client's own process: the request comes back, and another process is started.</summary>
    Own,

    /// <summary>That of a process which serves the client alone, and of which no other is tried: the request fails.</summary>
    OwnOnly,
}
