using System.Text;
using FsCheck.Fluent;
using Steward.Configuration;
using Steward.Discovery;
using Steward.Discovery.Clients;
using Steward.Discovery.Clients.Editing;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Discovery.Clients;

public sealed class ClientConnectorTests : IDisposable
{
    private const UnixFileMode Shared = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TemporaryFolder _home = new();

    public static TheoryData<string> Clients => [.. ClientApplications.All.Select(client => client.Name)];

    public void Dispose() => _home.Dispose();

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(Clients))]
    public void After_connecting_and_undoing_any_file_is_what_it_was_byte_for_byte(string client)
    {
        var dialect = FileOf(client).Dialect;
        Properties.Holds(Prop.ForAll(dialect.Format == ClientFormat.Toml ? MadeUpTexts.Toml() : MadeUpTexts.Json(dialect.Section), text =>
        {
            var path = _home.Write(Path.GetRelativePath(_home.Path, FileOf(client).Locate(Context)), text);

            Connect(client, _ => true);
            var isConnected = !File.ReadAllText(path).Equals(text, StringComparison.Ordinal);
            Undo(client);

            return isConnected && File.ReadAllBytes(path).AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(text)) && Directory.GetFiles(Path.GetDirectoryName(path)!).Length == 1;
        }), 30);
    }

    [Theory(Timeout = 10_000)]
    [MemberData(nameof(Clients))]
    public void Where_there_was_no_file_there_is_none_again(string client)
    {
        Connect(client);
        Assert.True(File.Exists(FileOf(client).Locate(Context)));

        Assert.Equal(UndoKind.Delete, Undo(client));

        Assert.Equal([RecordsFolder], Directory.GetFileSystemEntries(_home.Path));
        Assert.Empty(Directory.GetFileSystemEntries(RecordsFolder));
    }

    [Fact(Timeout = 10_000)]
    public void What_others_change_in_between_stays_and_what_was_taken_out_comes_back()
    {
        var path = Write("""
            {
              // mine
              "mcpServers": {
                "files": { "command": "files", "args": [ "a" ] }, // about files
                "other": { "command": "other" }
              }
            }
            """);
        Assert.Equal(["files"], Connect("cursor", server => server.Command == "files").Removed);
        File.WriteAllText(path, File.ReadAllText(path).Replace("// mine", "// still mine", StringComparison.Ordinal));

        Assert.Equal(UndoKind.TakeOut, Undo("cursor"));

        Assert.Equal("""
            {
              // still mine
              "mcpServers": { // about files
                "other": { "command": "other" },
                "files": { "command": "files", "args": [ "a" ] }
              }
            }
            """, File.ReadAllText(path));
    }

    [Fact(Timeout = 10_000)]
    public void Who_has_changed_our_part_is_told_and_loses_nothing()
    {
        var path = Write("{ \"mcpServers\": {} }");
        var connected = Connect("cursor");
        File.WriteAllText(path, File.ReadAllText(path).Replace("/opt/steward", "/opt/other", StringComparison.Ordinal));
        var changed = File.ReadAllText(path);

        var refusal = Assert.Throws<ClientFileException>(() => Undo("cursor"));

        Assert.StartsWith($"{path} has another server \"steward\" than Steward wrote: somebody has changed it since. Nothing is changed. The file as it was before is {path}.steward-", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(changed, File.ReadAllText(path));
        Assert.True(connected.ChangesFile);
    }

    [Fact(Timeout = 10_000)]
    public void Who_has_taken_our_part_out_is_told()
    {
        var path = Write("{ \"mcpServers\": {} }");
        Connect("cursor");
        File.WriteAllText(path, "{ \"mcpServers\": { \"a\": { \"command\": \"a\" } } }");

        Assert.Contains("somebody has taken Steward out of it", Assert.Throws<ClientFileException>(() => Undo("cursor")).Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 10_000)]
    public void A_file_that_was_put_back_by_hand_needs_no_undoing()
    {
        var path = Write("{ \"mcpServers\": {} }");
        Connect("cursor");
        File.WriteAllText(path, "{ \"mcpServers\": {} }");

        Assert.Equal(UndoKind.Nothing, Undo("cursor"));
        Assert.Equal([path], Directory.GetFiles(Path.GetDirectoryName(path)!));
        Assert.Equal(UndoKind.Nothing, Undo("cursor"));
    }

    [Fact(Timeout = 10_000)]
    public void Connecting_again_changes_nothing_and_another_way_can_still_be_undone_to_the_beginning()
    {
        var path = Write("{ \"mcpServers\": { \"a\": { \"command\": \"a\" } } }");
        Connect("cursor");
        var connected = File.ReadAllText(path);

        Assert.False(Connect("cursor").ChangesFile);
        Assert.Equal(connected, File.ReadAllText(path));
        Assert.True(Connect("cursor", _ => true, StewardLine.Address(ClientDialects.Cursor, "http://127.0.0.1:7420/mcp", null)).ChangesFile);
        Assert.Equal(2, Directory.GetFiles(Path.GetDirectoryName(path)!).Length);
        Assert.Equal(UndoKind.Restore, Undo("cursor"));
        Assert.Equal("{ \"mcpServers\": { \"a\": { \"command\": \"a\" } } }", File.ReadAllText(path));
    }

    [Fact(Timeout = 10_000)]
    public void Steward_under_another_name_is_seen()
    {
        Write("{ \"mcpServers\": { \"all my tools\": { \"type\": \"stdio\", \"command\": \"/opt/steward\", \"args\": [ \"stdio\" ] } } }");

        var plan = Connect("cursor");

        Assert.False(plan.ChangesFile);
        Assert.Equal("all my tools", plan.Name);
    }

    [Fact(Timeout = 10_000)]
    public void Another_server_of_our_name_is_not_overwritten()
    {
        var path = Write("{ \"mcpServers\": { \"steward\": { \"command\": \"butler\" } } }");

        Assert.Equal($"{path} has a server \"steward\" that is not Steward. Rename it, then connect again.", Assert.Throws<ClientFileException>(() => Connect("cursor")).Message);
    }

    [Fact(Timeout = 10_000)]
    public void Servers_that_Steward_serves_go_unless_they_are_to_be_kept()
    {
        var path = Write("{ \"mcpServers\": { \"a\": { \"command\": \"a\" }, \"b\": { \"command\": \"b\" } } }");

        var kept = Connect("cursor", server => server.Command == "a", keep: true);
        var plan = Connect("cursor", server => server.Command == "a");

        Assert.Equal((0, "a", "b"), (kept.Removed.Count, Assert.Single(kept.Served), Assert.Single(kept.Others).Name));
        Assert.Equal(("a", 0, "b"), (Assert.Single(plan.Removed), plan.Served.Count, Assert.Single(plan.Others).Name));
        Assert.Equal(["b", "steward"], ConfigEditor.For(ClientDialects.Cursor, path).Names(File.ReadAllBytes(path)));
        Assert.Equal(UndoKind.Restore, Undo("cursor"));
    }

    [Fact(Timeout = 10_000)]
    public void The_rights_of_the_file_stay_and_its_copy_is_private()
    {
        if (OperatingSystem.IsWindows())
            return; // it has no modes
        var path = Write("{}");
        File.SetUnixFileMode(path, Shared);

        Connect("cursor");

        Assert.Equal(Shared, File.GetUnixFileMode(path));
        var copy = Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!), file => file != path);
        Assert.Matches(@"mcp\.json\.steward-\d{8}-\d{6}\.bak$", copy);
        Assert.Equal(Private, File.GetUnixFileMode(copy));
        Assert.Equal(Private, File.GetUnixFileMode(Assert.Single(Directory.GetFiles(RecordsFolder))));
        Undo("cursor");
        Assert.Equal(Shared, File.GetUnixFileMode(path));
    }

    [Fact(Timeout = 10_000)]
    public void A_link_stays_a_link()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights there.");
        var target = _home.Write("dotfiles/cursor.json", "{}");
        Directory.CreateDirectory(Path.Combine(_home.Path, ".cursor"));
        var link = Path.Combine(_home.Path, ".cursor", "mcp.json");
        File.CreateSymbolicLink(link, target);

        Connect("cursor");

        Assert.Equal(target, new FileInfo(link).LinkTarget);
        Assert.Contains("/opt/steward", File.ReadAllText(target), StringComparison.Ordinal);
        Undo("cursor");
        Assert.Equal(("{}", target), (File.ReadAllText(target), new FileInfo(link).LinkTarget));
    }

    [Fact(Timeout = 10_000)]
    public void A_broken_file_is_not_touched()
    {
        var path = Write("{ \"mcpServers\": ");

        Assert.Throws<ConfigException>(() => Connect("cursor"));
        Assert.Equal([path], Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    private DiscoveryContext Context => ClientRig.Context() with { Home = _home.Path, WorkingDirectory = Path.Combine(_home.Path, "shop") };

    private string RecordsFolder => Path.Combine(_home.Path, "records");

    private string Write(string text) => _home.Write(".cursor/mcp.json", text);

    private static ClientFile FileOf(string client) => ClientApplications.Find(client)!.Files[0];

    private ConnectPlan Connect(string client, Func<ServerConfig, bool>? isServed = null, Steward.Configuration.Parsing.ConfigNode? line = null, bool keep = false)
    {
        var connector = new ClientConnector(Context, new ConnectedClients(RecordsFolder), new StewardEntry(["http://127.0.0.1:7420"]));
        var file = FileOf(client);
        var plan = connector.Plan(ClientApplications.Find(client)!, file, line ?? StewardLine.Program(file.Dialect, "/opt/steward", ["stdio"]), isServed ?? (_ => false), keep);
        connector.Apply(plan, file);
        return plan;
    }

    private UndoKind Undo(string client)
    {
        var disconnector = new ClientDisconnector(Context, new ConnectedClients(RecordsFolder));
        var plan = disconnector.Plan(FileOf(client));
        disconnector.Apply(plan);
        return plan.Kind;
    }
}
