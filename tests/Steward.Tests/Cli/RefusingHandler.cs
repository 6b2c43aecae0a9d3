using System.Net;
using System.Text;

namespace Steward.Tests.Cli;

/// <summary>A daemon that refuses whatever it is asked.</summary>
internal sealed class RefusingHandler(HttpStatusCode status, string detail) : HttpMessageHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(new HttpResponseMessage(status)
    {
        RequestMessage = request,
        Content = new StringContent($$"""{"status":{{(int)status}},"detail":"{{detail}}"}""", Encoding.UTF8, "application/problem+json"),
    });
}
