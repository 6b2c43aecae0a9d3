using System.Net.Http.Headers;

namespace Steward.Upstreams.Remote;

/// <summary>What a server of the legacy era agreed upon.</summary>
/// <param name="Id">The session's id; <see langword="null"/> where the server keeps no sessions.</param>
/// <param name="Revision">The protocol revision.</param>
internal sealed record LegacySession(string? Id, string Revision)
{
    /// <summary>What every request of the session carries.</summary>
    public void AddTo(HttpRequestHeaders headers)
    {
        if (Id is not null)
            headers.TryAddWithoutValidation(RemoteHeaders.SessionId, Id);
        if (Revision.Length > 0)
            headers.TryAddWithoutValidation(RemoteHeaders.ProtocolVersion, Revision);
    }

    /// <summary>The id that the answer to <c>initialize</c> gives. One that no header may carry is none.</summary>
    public static string? IdOf(HttpResponseMessage response) =>
        response.Headers.TryGetValues(RemoteHeaders.SessionId, out var values) && values.FirstOrDefault() is { Length: > 0 } id && !id.AsSpan().ContainsAnyExceptInRange('!', '~')
            ? id
            : null;
}
