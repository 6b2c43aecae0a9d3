using System.Text;
using FsCheck.Fluent;
using Steward.Configuration;
using Steward.Discovery;
using Steward.Discovery.Clients;
using Steward.Discovery.Clients.Editing;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Discovery.Clients;

/// <summary>A server that is written in a client's dialect is read as it was meant, whatever stands around it.</summary>
public sealed class EntryRoundTripTests
{
    /// <summary>For each file of each client.</summary>
    private const int Times = 200;

    private static readonly ClientApplication Own = new("import", "the file", [ClientFile.OfProject(ClientDialects.Steward, "steward.json")]);

    public static TheoryData<string, int> Files
    {
        get
        {
            var files = new TheoryData<string, int>();
            foreach (var client in ClientApplications.All.Append(Own))
            {
                for (var index = 0; index < client.Files.Count; index++)
                    files.Add(client.Name, index);
            }

            return files;
        }
    }

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(Files))]
    public void Any_server_is_read_as_it_was_written(string client, int index)
    {
        var application = ClientApplications.Find(client) ?? Own;
        var file = application.Files[index];
        var texts = file.Dialect.Format == ClientFormat.Toml ? MadeUpTexts.Toml() : MadeUpTexts.Json(file.Dialect.Section);
        Properties.Holds(Prop.ForAll(MadeUpEntry.In(file.Dialect), texts, (entry, around) =>
        {
            var text = ConfigEditor.For(file.Dialect, "/f").Put(Encoding.UTF8.GetBytes(around), entry.Name, entry.Node);

            var reading = ClientConfigReader.Parse(text, "/f", application, file, ClientRig.Context());

            Assert.DoesNotContain(reading.Problems, problem => !IsAround(problem, file.Dialect));
            var server = Assert.Single(reading.Servers, server => server.Name == entry.Name);
            Assert.Empty(Differences(entry, server, file)); // FsCheck says of which entry
            return true;
        }), Times);
    }

    /// <summary>Whether a problem is of what stood there before.</summary>
    private static bool IsAround(ConfigProblem problem, ClientDialect dialect)
    {
        var section = string.Join('.', dialect.Section);
        return !problem.Path.StartsWith(section, StringComparison.Ordinal) || problem.Path[section.Length..] is ['.', 'k' or 's', >= '0' and <= '9', ..];
    }

    private static IEnumerable<string> Differences(MadeUpEntry entry, DiscoveredServer server, ClientFile file)
    {
        var config = server.Config;
        var isProgram = entry.Transport == ServerTransport.Stdio;
        var folder = file.Scope == ClientScope.Project ? ClientRig.Project : ClientRig.Home;
        var cwd = entry.Cwd is { } given ? Path.Combine(folder, given.Meaning) : isProgram && file.Scope == ClientScope.Project ? folder : null;
        if (config.Transport != entry.Transport)
            yield return $"transport {config.Transport}";
        if (Meaning(config.Command ?? config.Url!) != entry.Target)
            yield return $"target {config.Command ?? config.Url}";
        if (!config.Args.Select(Meaning).SequenceEqual(entry.Args))
            yield return $"args {string.Join(' ', config.Args)}";
        if (!Same(isProgram ? config.Env : config.Headers, entry.Map) || (isProgram ? config.Headers : config.Env).Count > 0)
            yield return $"env {string.Join(' ', config.Env)}, headers {string.Join(' ', config.Headers)}";
        if ((config.Cwd is null ? null : Meaning(config.Cwd)) != cwd)
            yield return $"folder {config.Cwd}, not {cwd}";
        if (config.Disabled != entry.IsDisabled)
            yield return $"disabled {config.Disabled}";
        if (!KeepsUnknown(entry, server, file.Dialect))
            yield return $"unknown keys: {string.Join(' ', server.Problems)}";
        if (!ServerJson.ToUtf8(ServerJson.Checked(config)).AsSpan().SequenceEqual(ServerJson.ToUtf8(config)))
            yield return "not the same in a file of Steward's";
    }

    /// <summary>Steward's own files keep what they do not know; of a client's, each key is named that is left out.</summary>
    private static bool KeepsUnknown(MadeUpEntry entry, DiscoveredServer server, ClientDialect dialect) => dialect.IsOwn
        ? server.Config.Extra.Keys.ToHashSet(StringComparer.Ordinal).SetEquals(entry.Unknown.Select(member => member.Name))
            && entry.Unknown.All(member => ClientDocument.Parse(Encoding.UTF8.GetBytes(server.Config.Extra[member.Name].GetRawText()), "/f", ClientFormat.Json).Root is { } root && SameValue.Are(root, member.Value))
        : server.Config.Extra.Count == 0
            && entry.Unknown.All(member => server.Problems.Count(problem => problem.StartsWith($"\"{member.Name}\" is left out", StringComparison.Ordinal)) == 1);

    private static bool Same(IReadOnlyDictionary<string, string> read, IReadOnlyDictionary<string, string> meant) =>
        read.Count == meant.Count && meant.All(pair => read.TryGetValue(pair.Key, out var text) && Meaning(text) == pair.Value);

    private static string Meaning(string text) => new VariableResolver(MadeUpText.Variable).Resolve(text, "/");
}
