using System.Net;

namespace Steward.Upstreams.Remote;

/// <summary>
/// Keeps requests, and the secrets that they carry, at the origin they are meant for. A redirect within it is followed, with
/// method and body unchanged; one that leads elsewhere is the answer.
/// </summary>
internal sealed class SameOriginHandler(Uri home, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private const int MaxRedirects = 5;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri is not { } url || !RemoteOrigin.IsSame(home, url))
            throw new HttpRequestException($"A request for {RemoteOrigin.Show(home)} would have gone to another origin.");

        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        for (var redirects = 0; redirects < MaxRedirects && FindTarget(request, response) is { } target; redirects++)
        {
            response.Dispose();
            request.RequestUri = target;
            response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }

        return response;
    }

    private Uri? FindTarget(HttpRequestMessage request, HttpResponseMessage response)
    {
        var isRedirect = response.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;
        if (!isRedirect || response.Headers.Location is not { } location)
            return null;
        var target = new Uri(request.RequestUri!, location);
        return RemoteOrigin.IsSame(home, target) ? target : null;
    }
}
