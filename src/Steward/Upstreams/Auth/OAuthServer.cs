using Steward.Configuration;
using Steward.Upstreams.Remote;

namespace Steward.Upstreams.Auth;

/// <summary>A remote server as its authorization sees it. Holds secrets: equal by value, printed by none.</summary>
/// <param name="Id">The server's id.</param>
/// <param name="Endpoint">Its endpoint, by the scheme of HTTP.</param>
/// <param name="Auth">How to get its tokens.</param>
/// <param name="IsDeclared">Whether the operator said that it wants OAuth.</param>
internal sealed record OAuthServer(string Id, Uri Endpoint, ResolvedAuth Auth, bool IsDeclared)
{
    /// <summary>Null where the operator has given another proof of who Steward is.</summary>
    public static OAuthServer? Of(ResolvedServer server) =>
        server is { Url: { } url, OAuth: { } auth } ? new(server.Id, RemoteOrigin.ToHttp(url), auth, !ReferenceEquals(auth, ResolvedAuth.Standard)) : null;

    public override string ToString() => $"{nameof(OAuthServer)} {Id}";
}
