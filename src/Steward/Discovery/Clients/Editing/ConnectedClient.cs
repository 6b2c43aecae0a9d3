namespace Steward.Discovery.Clients.Editing;

/// <summary>What Steward did to a client's file, and what it takes to undo it.</summary>
/// <param name="Path">The file.</param>
/// <param name="Name">Under which name Steward stands in it.</param>
/// <param name="Entry">Steward's entry, as it was written.</param>
/// <param name="Removed">The servers that were taken out because Steward serves them.</param>
/// <param name="Backup">The file as it was before; null where there was none.</param>
/// <param name="BeforeHash">The digest of the file as it was before; null where there was none.</param>
/// <param name="AfterHash">The digest of the file as Steward left it; null where others had changed it in between.</param>
/// <param name="Folders">The folders that were made for it, the outermost first.</param>
internal sealed record ConnectedClient(
    string Path, string Name, string Entry, IReadOnlyList<string> Removed, string? Backup, string? BeforeHash, string? AfterHash, IReadOnlyList<string> Folders);
