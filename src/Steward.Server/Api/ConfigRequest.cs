namespace Steward.Server.Api;

/// <summary>Which file a request is about.</summary>
/// <param name="File">Its absolute path; absent for the file that the daemon was started with.</param>
internal sealed record ConfigRequest(string? File);
