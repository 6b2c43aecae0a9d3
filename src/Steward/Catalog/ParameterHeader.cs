namespace Steward.Catalog;

/// <summary>A parameter of a tool that clients repeat in a header of their HTTP request.</summary>
/// <param name="Header">The whole name of the header.</param>
/// <param name="Path">Where the value stands in the arguments: the names on the way to it.</param>
/// <param name="IsInteger">Whether values are compared as numbers.</param>
internal sealed record ParameterHeader(string Header, IReadOnlyList<string> Path, bool IsInteger);
