namespace Steward.Upstreams.Remote;

/// <summary>A parameter of a tool that its calls repeat in a header.</summary>
/// <param name="Name">The header's name.</param>
/// <param name="Path">The names of the properties that lead to it, from the arguments on.</param>
internal sealed record ToolHeader(string Name, IReadOnlyList<string> Path);
