namespace Steward.Discovery.Clients.Editing;

/// <summary>What undoing would do to a client's file.</summary>
/// <param name="Path">The file.</param>
/// <param name="Kind">In which way.</param>
/// <param name="After">What the file will hold; null where it will be gone, or stays.</param>
internal sealed record UndoPlan(string Path, UndoKind Kind, byte[]? After);
