using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Steward.Server.Mcp;

/// <summary>The tokens that clients of the gateway may present. Only their digests are kept.</summary>
internal sealed class ClientTokens
{
    private readonly byte[][] _digests;

    public ClientTokens(IEnumerable<string> tokens) =>
        _digests = [.. tokens.Select(token => SHA256.HashData(Encoding.UTF8.GetBytes(token)))];

    /// <summary>Who sends the request: which token it presents. Where there are no tokens everybody is nobody in particular.</summary>
    /// <returns>Whether the request may pass.</returns>
    public bool TryIdentify(HttpRequest request, out string? principal)
    {
        principal = null;
        if (_digests.Length == 0)
            return true;

        const string Scheme = "Bearer ";
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return false;
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes(header[Scheme.Length..].Trim()));
        for (var i = 0; i < _digests.Length; i++)
        {
            // All are compared in full, so that the time tells nothing.
            if (CryptographicOperations.FixedTimeEquals(digest, _digests[i]))
                principal = $"token {i}";
        }

        return principal is not null;
    }
}
