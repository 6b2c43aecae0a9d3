namespace Steward.Discovery.Clients.Editing;

/// <summary>The ways of undoing.</summary>
internal enum UndoKind
{
    /// <summary>There is nothing to undo.</summary>
    Nothing,

    /// <summary>The file becomes what it was, byte for byte.</summary>
    Restore,

    /// <summary>There was no file, and there will be none.</summary>
    Delete,

    /// <summary>Others have changed the file since: only what Steward put in is taken out, and what it took out is put back.</summary>
    TakeOut,
}
