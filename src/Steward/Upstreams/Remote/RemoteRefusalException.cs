using System.Net;

namespace Steward.Upstreams.Remote;

/// <summary>A remote server answered, but not with what was asked for. The message is for people.</summary>
internal sealed class RemoteRefusalException(string message, HttpStatusCode status = 0) : Exception(message)
{
    /// <summary>The status of its answer; 0 where that was a success, and what was in it was the trouble.</summary>
    public HttpStatusCode Status { get; } = (int)status is >= 200 and < 300 ? 0 : status;
}
