namespace Steward.Agents;

/// <summary>How far a call of a tool has come.</summary>
/// <param name="Tool">The tool.</param>
/// <param name="Progress">What has been done, in a unit of the server's; it only grows.</param>
/// <param name="Total">What there is to do; <see langword="null"/> where the server does not say.</param>
/// <param name="Message">The server's words for it.</param>
public sealed record ToolProgress(ServerTool Tool, double Progress, double? Total, string? Message);
