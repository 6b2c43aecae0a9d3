using Microsoft.AspNetCore.Http;
using Steward.Server.Daemon;
using Steward.Server.Mcp;

namespace Steward.Server.Channels;

/// <summary>
/// Who a client of a channel is: one of the gateway's tokens says so, or the token of the data directory. Whoever can read that one may
/// do everything as its owner anyway, and <c>steward stdio</c> needs no other.
/// </summary>
internal sealed class ClientGate(ClientTokens tokens, ApiToken? owner)
{
    private const string Scheme = "Bearer ";

    /// <returns>Whether the request may pass.</returns>
    public bool TryIdentify(HttpRequest request, out string? principal)
    {
        if (tokens.TryIdentify(request, out principal))
            return true;
        var header = request.Headers.Authorization.ToString();
        if (owner is null || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || !owner.Matches(header[Scheme.Length..].Trim()))
            return false;
        principal = "owner";
        return true;
    }
}
