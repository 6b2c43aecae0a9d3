namespace Steward.Clients;

/// <summary>A request of this program to a server.</summary>
/// <param name="Method">Its method, such as <c>tools/call</c>.</param>
/// <param name="Target">What it is about: the name of the tool or prompt, or the URI of the resource; <see langword="null"/> where it names none.</param>
/// <param name="State">What the caller attached to it: <see cref="ToolCallOptions.State"/>.</param>
public sealed record ServerCall(string Method, string? Target, object? State);
