namespace Steward.Configuration;

/// <summary>Whether a call is made again that a server was at work on when it went away: it may have done it already, or not.</summary>
public enum ServerReplayMode
{
    /// <summary>Never: the caller is told that nobody knows, and decides.</summary>
    Never,

    /// <summary>
    /// Once, when the server is back within <see cref="ServerConfig.QueueTimeout"/>: calls of tools of which the server says that they only read
    /// (<c>readOnlyHint</c>) or that twice is like once (<c>idempotentHint</c>), and reading resources, prompts, completions and lists.
    /// See <see href="https://modelcontextprotocol.io/specification/2025-11-25/schema#toolannotations"/>.
    /// </summary>
    WhenAnnotated,
}
