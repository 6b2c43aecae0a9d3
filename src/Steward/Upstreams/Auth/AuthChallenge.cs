using System.Net;
using System.Net.Http.Headers;

namespace Steward.Upstreams.Auth;

/// <summary>How a server asked for authorization: the status and the <c>WWW-Authenticate</c> headers of its refusal.</summary>
internal sealed record AuthChallenge(HttpStatusCode Status, IReadOnlyList<string> Headers)
{
    // A server must not make us keep, or parse again and again, what no challenge holds.
    private const int MaxHeaders = 8;
    private const int MaxHeaderLength = 4096;

    /// <summary>Whether the rights of the token do not suffice, rather than the token.</summary>
    public bool IsAboutScope => Status == HttpStatusCode.Forbidden;

    /// <summary>Where nothing better is known, the client asks the server's well-known addresses.</summary>
    public static AuthChallenge Remembered(IReadOnlyList<string> headers) => new(HttpStatusCode.Unauthorized, headers);

    /// <summary>The challenge of a response; null where it has none that tokens could answer.</summary>
    /// <param name="response">The response.</param>
    /// <param name="expected">Whether the operator said that the server wants OAuth: then a 401 need not say so itself.</param>
    public static AuthChallenge? Find(HttpResponseMessage response, bool expected)
    {
        var bearers = response.Headers.WwwAuthenticate.Where(IsBearer).ToList();
        var isOne = response.StatusCode switch
        {
            HttpStatusCode.Unauthorized => bearers.Count > 0 || (expected && response.Headers.WwwAuthenticate.Count == 0),
            HttpStatusCode.Forbidden => bearers.Exists(header => header.Parameter?.Contains("insufficient_scope", StringComparison.OrdinalIgnoreCase) is true),
            _ => false,
        };
        return isOne
            ? new(response.StatusCode, [.. bearers.Select(header => header.ToString()).Where(text => text.Length <= MaxHeaderLength).Take(MaxHeaders)])
            : null;
    }

    /// <summary>The refusal as it came.</summary>
    public HttpResponseMessage ToResponse(HttpRequestMessage request)
    {
        var response = new HttpResponseMessage(Status) { RequestMessage = request, Content = new ByteArrayContent([]) };
        foreach (var header in Headers)
            response.Headers.TryAddWithoutValidation("WWW-Authenticate", header);
        return response;
    }

    private static bool IsBearer(AuthenticationHeaderValue header) => string.Equals(header.Scheme, "Bearer", StringComparison.OrdinalIgnoreCase);
}
