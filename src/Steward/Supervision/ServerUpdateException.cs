namespace Steward.Supervision;

/// <summary>A server did not come up by its new definition, and has its old one again.</summary>
public sealed class ServerUpdateException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="failed">What the new definition came to.</param>
    /// <param name="restored">What the old one has come to since.</param>
    public ServerUpdateException(ServerStatus failed, ServerStatus restored)
        : base($"Server '{failed.Id}' did not come up by its new definition ({failed.LastError ?? failed.State.ToString()}); {Outcome(restored)}.") =>
        (Failed, Restored) = (failed, restored);

    /// <summary>What the new definition came to: <see cref="ServerStatus.LastError"/> says why.</summary>
    public ServerStatus Failed { get; }

    /// <summary>What the old definition has come to since.</summary>
    public ServerStatus Restored { get; }

    private static string Outcome(ServerStatus restored) => restored.State == ServerState.Running
        ? "it runs by the old one again"
        : $"the old one was put back, but did not come up either ({restored.LastError ?? restored.State.ToString()})";
}
