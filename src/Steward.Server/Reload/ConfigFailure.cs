namespace Steward.Server.Reload;

/// <summary>A server that is not as its configuration wants it.</summary>
/// <param name="Server">Its id.</param>
/// <param name="Error">Why, in words.</param>
internal sealed record ConfigFailure(string Server, string Error);
