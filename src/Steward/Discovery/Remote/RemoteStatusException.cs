using System.Globalization;
using System.Net;

namespace Steward.Discovery.Remote;

/// <summary>A service answered, but not with what was asked for.</summary>
internal sealed class RemoteStatusException : DiscoveryException
{
    public RemoteStatusException(string url, HttpStatusCode status, bool isRateLimit, DateTimeOffset? retryAfter)
        : base(Describe(url, status, isRateLimit, retryAfter)) => (Status, IsRateLimit, RetryAfter) = (status, isRateLimit, retryAfter);

    public HttpStatusCode Status { get; }

    public bool IsRateLimit { get; }

    private static string Describe(string url, HttpStatusCode status, bool isRateLimit, DateTimeOffset? retryAfter)
    {
        var when = retryAfter is { } time ? string.Create(CultureInfo.InvariantCulture, $" after {time.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC") : " later";
        return (int)status switch
        {
            _ when isRateLimit => $"{url} is asked too often (status {(int)status}). Try again{when}",
            404 => $"{url} does not exist (status 404). Check the address",
            401 or 403 => $"{url} may not be read (status {(int)status}). Check the token",
            >= 500 => $"{url} has trouble of its own (status {(int)status}). Try again{when}",
            _ => $"{url} answered with status {(int)status}. Check the address",
        };
    }
}
