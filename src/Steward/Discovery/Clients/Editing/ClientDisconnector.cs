using Steward.Configuration;

namespace Steward.Discovery.Clients.Editing;

/// <summary>Takes Steward out of the list of servers of a client again.</summary>
internal sealed class ClientDisconnector(DiscoveryContext context, ConnectedClients records)
{
    /// <summary>Works out what is to be done. Changes nothing.</summary>
    /// <exception cref="ConfigException">The file is broken.</exception>
    /// <exception cref="ClientFileException">Somebody has changed Steward's part since, or what is needed cannot be read.</exception>
    public UndoPlan Plan(ClientFile file)
    {
        var path = file.Locate(context);
        if (records.Find(path) is not { } record)
            return new(path, UndoKind.Nothing, null);

        var current = ClientFileStore.Read(path);
        var hash = current is null ? null : ClientFileStore.Hash(current);
        if (hash == record.BeforeHash)
            return new(path, UndoKind.Nothing, current); // undone by hand, or never done
        if (current is null)
            throw Refusal(record, "is gone");
        if (hash == record.AfterHash)
            return record.BeforeHash is null ? new(path, UndoKind.Delete, null) : new(path, UndoKind.Restore, Backup(record));
        return TakeOut(record, ConfigEditor.For(file.Dialect, path), current);
    }

    /// <summary>Does what a plan says.</summary>
    /// <returns>Where the file as it was before is kept, where it still is.</returns>
    /// <exception cref="ClientFileException">It cannot be done.</exception>
    public string? Apply(UndoPlan plan)
    {
        var record = records.Find(plan.Path);
        if (plan.Kind != UndoKind.Nothing && plan.After is not null)
            ClientFileStore.Write(plan.Path, plan.After);
        if (plan is { Kind: UndoKind.Delete or UndoKind.TakeOut, After: null })
            File.Delete(plan.Path);
        if (record is null)
            return null;

        if (plan.After is null)
            ClientFileStore.RemoveEmpty(record.Folders);
        records.Forget(plan.Path);
        if (plan.Kind == UndoKind.TakeOut || record.Backup is null)
            return record.Backup;
        File.Delete(record.Backup); // the file is this again
        return null;
    }

    private static UndoPlan TakeOut(ConnectedClient record, ConfigEditor editor, byte[] current)
    {
        var entry = editor.Find(current, record.Name)
            ?? throw Refusal(record, $"has no server \"{record.Name}\" any more: somebody has taken Steward out of it");
        if (entry != record.Entry)
            throw Refusal(record, $"has another server \"{record.Name}\" than Steward wrote: somebody has changed it");

        var after = editor.Remove(current, record.Name);
        if (record.BeforeHash is null)
        {
            after = editor.RemoveEmptySection(after);
            return new(record.Path, UndoKind.TakeOut, IsEmpty(after) ? null : after);
        }

        var before = Backup(record);
        foreach (var name in record.Removed)
        {
            if (editor.Find(before, name) is { } written)
                after = editor.PutBack(after, name, written);
        }

        return new(record.Path, UndoKind.TakeOut, editor.HasSection(before) ? after : editor.RemoveEmptySection(after));
    }

    private static bool IsEmpty(byte[] text) => text.AsSpan().Trim(" \t\r\n{}"u8).IsEmpty;

    private static byte[] Backup(ConnectedClient record) =>
        (record.Backup is null ? null : ClientFileStore.Read(record.Backup))
        ?? throw new ClientFileException($"The copy {record.Backup} is gone, from which {record.Path} would be restored. Take the server \"{record.Name}\" out by hand.");

    private static ClientFileException Refusal(ConnectedClient record, string what) => new(
        $"{record.Path} {what} since. Nothing is changed. {(record.Backup is null ? "There was no file before." : $"The file as it was before is {record.Backup}.")}");
}
