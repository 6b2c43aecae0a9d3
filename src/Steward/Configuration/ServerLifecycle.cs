namespace Steward.Configuration;

/// <summary>How the conversation with a server begins, and with it the era of the protocol that is spoken.</summary>
public enum ServerLifecycle
{
    /// <summary>Asks the server which it is, and remembers the answer until the server is defined anew.</summary>
    Auto,

    /// <summary>The <c>initialize</c> handshake of the revisions up to 2025-11-25, whatever else the server speaks.</summary>
    Initialize,

    /// <summary><c>server/discover</c> of the revisions from 2026-07-28 on, and no other way.</summary>
    Discover,
}
