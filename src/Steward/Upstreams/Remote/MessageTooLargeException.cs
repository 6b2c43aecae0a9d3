namespace Steward.Upstreams.Remote;

/// <summary>A server says more in one message than is taken.</summary>
internal sealed class MessageTooLargeException(int maxBytes) : IOException($"it sent more than one message may have ({maxBytes} bytes)");
