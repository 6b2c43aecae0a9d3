using Steward.Configuration;

namespace Steward.Supervision;

/// <summary>A server did not come up by its new definition, and has its old one again.</summary>
public sealed class ServerUpdateException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="failed">What the new definition came to.</param>
    /// <param name="restored">What the old one has come to since.</param>
    public ServerUpdateException(ServerStatus failed, ServerStatus restored)
        : base($"Server '{failed.Id}' did not come up by its new definition ({(failed.LastError ?? failed.State.ToString()).TrimEnd('.')}); {Outcome(failed, restored)}") =>
        (Failed, Restored) = (failed, restored);

    /// <summary>What the new definition came to: <see cref="ServerStatus.LastError"/> says why.</summary>
    public ServerStatus Failed { get; }

    /// <summary>What the old definition has come to since: where the new version was started beside the old one, that has never left.</summary>
    public ServerStatus Restored { get; }

    /// <summary>What may help where a new version failed beside the old one. With a remote server nothing of the kind: Steward does not run it, so it never runs twice.</summary>
    internal static string Remedy(ServerTransport transport) => transport == ServerTransport.Stdio
        ? " If it cannot run twice at one time (a fixed port, a lock file, a database), write \"update\": \"inPlace\" into its definition."
        : "";

    private static string Outcome(ServerStatus failed, ServerStatus restored) =>
        failed.Update is { State: ServerUpdateState.Failed } ? $"it runs on by the old one.{Remedy(failed.Transport)}"
        : restored.State == ServerState.Running ? "it runs by the old one again."
        : $"the old one was put back, but did not come up either ({restored.LastError ?? restored.State.ToString()}).";
}
