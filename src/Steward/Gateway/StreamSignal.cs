namespace Steward.Gateway;

/// <summary>What the writer of an event stream has to do next.</summary>
internal enum StreamSignal
{
    /// <summary>There are events to write.</summary>
    Events,

    /// <summary>Nothing was said for a while: write a comment, so that nobody on the way thinks the connection dead.</summary>
    KeepAlive,

    /// <summary>All is written, and nothing will follow.</summary>
    Ended,

    /// <summary>Another reader took the stream over, or the session has ended: stop without a word.</summary>
    Detached,

    /// <summary>The client fell too far behind: its connection must be broken, so that it knows.</summary>
    Overflowed,
}
