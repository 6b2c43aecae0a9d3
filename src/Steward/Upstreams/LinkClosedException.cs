namespace Steward.Upstreams;

/// <summary>The way to a server is closed.</summary>
internal sealed class LinkClosedException(string message, Exception? innerException = null) : IOException(message, innerException);
