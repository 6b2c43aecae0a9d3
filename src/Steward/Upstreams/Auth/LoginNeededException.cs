namespace Steward.Upstreams.Auth;

/// <summary>Nobody but a person can go on from here.</summary>
internal sealed class LoginNeededException(string message) : Exception(message);
