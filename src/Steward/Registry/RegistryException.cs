namespace Steward.Registry;

/// <summary>The registry cannot do what was asked now: its file cannot be read or written. Says why, and what can be done.</summary>
internal class RegistryException(string message, Exception? innerException = null) : Exception(message, innerException);
