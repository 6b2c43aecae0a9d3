namespace Steward.TestServer.Fixture;

/// <summary>Which revisions of the protocol a fixture server speaks.</summary>
internal enum FixtureEra
{
    /// <summary>Revisions up to 2025-11-25: <c>initialize</c> and sessions; <c>server/discover</c> is unknown.</summary>
    Legacy,

    /// <summary>Revision 2026-07-28 and nothing else.</summary>
    Modern,

    /// <summary>Whatever the client begins with.</summary>
    Both,
}
