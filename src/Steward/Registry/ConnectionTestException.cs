namespace Steward.Registry;

/// <summary>A server was tried before it was to be added, and did not answer as a server does. Nothing was added.</summary>
internal sealed class ConnectionTestException(string id, string reason, Exception? innerException = null)
    : Exception($"Server '{id}' was not added, for the test of its connection failed: {reason}", innerException);
