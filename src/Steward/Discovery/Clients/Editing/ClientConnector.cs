using Steward.Configuration;
using Steward.Configuration.Parsing;

namespace Steward.Discovery.Clients.Editing;

/// <summary>Puts Steward into the list of servers of a client.</summary>
/// <param name="context">The machine.</param>
/// <param name="records">Where it is noted how to undo it.</param>
/// <param name="steward">Tells Steward's own entries from others.</param>
internal sealed class ClientConnector(DiscoveryContext context, ConnectedClients records, StewardEntry steward)
{
    private const string UsualName = "steward";

    /// <summary>Works out what is to be done. Changes nothing.</summary>
    /// <param name="client">The client.</param>
    /// <param name="file">Which of its files.</param>
    /// <param name="line">Steward's entry.</param>
    /// <param name="isServed">Whether Steward serves a server.</param>
    /// <param name="keep">Whether servers that Steward serves stay all the same.</param>
    /// <exception cref="ConfigException">The file is broken.</exception>
    /// <exception cref="ClientFileException">The file cannot be read, or has another server of our name.</exception>
    public ConnectPlan Plan(ClientApplication client, ClientFile file, ConfigNode line, Func<ServerConfig, bool> isServed, bool keep)
    {
        var path = file.Locate(context);
        var before = ClientFileStore.Read(path);
        var text = before ?? [];
        var editor = ConfigEditor.For(file.Dialect, path);
        var names = editor.Names(text);
        var entries = ClientConfigReader.Parse(text, path, client, file with { Dialect = file.Dialect with { HasProjects = false } }, context).Servers;
        var name = entries.FirstOrDefault(entry => steward.Is(entry.Config))?.Name;
        if (name is null && names.Contains(UsualName))
            throw new ClientFileException($"{path} has a server \"{UsualName}\" that is not Steward. Rename it, then connect again.");

        name ??= UsualName;
        var others = entries.Where(entry => !steward.Is(entry.Config)).ToList();
        var served = others.Where(entry => isServed(entry.Config)).Select(entry => entry.Name).ToList();
        var after = editor.Put(text, name, line);
        var removed = new List<string>();
        foreach (var server in keep ? [] : served)
        {
            if (TryRemove(editor, server, ref after))
                removed.Add(server);
        }

        return new(path, before, after, name, removed, [.. served.Except(removed)], [.. others.Where(entry => !served.Contains(entry.Name))]);
    }

    /// <summary>Does what a plan says.</summary>
    /// <returns>Where the file as it was before is kept; null where there was none, or nothing was to be done.</returns>
    /// <exception cref="ClientFileException">It cannot be done.</exception>
    public string? Apply(ConnectPlan plan, ClientFile file)
    {
        if (!plan.ChangesFile)
            return null;
        var editor = ConfigEditor.For(file.Dialect, plan.Path);
        var hash = plan.Before is null ? null : ClientFileStore.Hash(plan.Before);
        var earlier = records.Find(plan.Path);
        if (earlier is not null && (plan.Before is null || editor.Find(plan.Before, earlier.Name) != earlier.Entry))
            earlier = null; // somebody undid it by hand: what is there now is what undoing leads back to

        var record = new ConnectedClient(
            plan.Path, plan.Name, editor.Find(plan.After, plan.Name)!, [.. (earlier?.Removed ?? []).Union(plan.Removed)],
            earlier is not null ? earlier.Backup : plan.Before is null ? null : ClientFileStore.BackUp(plan.Path, plan.Before, context.Time.GetUtcNow()),
            earlier is not null ? earlier.BeforeHash : hash,
            earlier is null || earlier.AfterHash == hash ? ClientFileStore.Hash(plan.After) : null,
            earlier is not null ? earlier.Folders : ClientFileStore.MissingFolders(plan.Path));
        records.Remember(record); // first: should the next step be the last, undoing finds the file as it was
        ClientFileStore.Write(plan.Path, plan.After);
        return record.Backup;
    }

    /// <summary>An entry that is written in an unusual way stays.</summary>
    private static bool TryRemove(ConfigEditor editor, string name, ref byte[] text)
    {
        try
        {
            text = editor.Remove(text, name);
            return true;
        }
        catch (ConfigException)
        {
            return false;
        }
    }
}
