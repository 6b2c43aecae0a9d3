namespace Steward.Discovery.Clients.Editing;

/// <summary>A client's file is left as it is. The message names it, says why, and what to do.</summary>
internal sealed class ClientFileException(string message, Exception? innerException = null) : Exception(message, innerException);
