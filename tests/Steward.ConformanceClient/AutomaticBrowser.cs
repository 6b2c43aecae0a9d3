using ModelContextProtocol.Authentication;
using Steward.Upstreams.Auth;

namespace Steward.ConformanceClient;

/// <summary>A person who allows everything: opens the address and takes what the redirect says.</summary>
internal static class AutomaticBrowser
{
    public static async Task<AuthorizationResult?> BrowseAsync(AuthorizationCallbackContext context, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });
        using var response = await http.GetAsync(context.AuthorizationUri, cancellationToken);
        var query = response.Headers.Location?.Query ?? throw new InvalidOperationException($"{context.AuthorizationUri} does not send the browser back: {response.StatusCode}");
        return new AuthorizationResult { Code = QueryText.Find(query, "code"), State = QueryText.Find(query, "state"), Iss = QueryText.Find(query, "iss") };
    }
}
