using System.Xml;
using System.Xml.Linq;
using Steward.Configuration;

namespace Steward.Discovery.Local;

/// <summary>Global tools of .NET that are packages of MCP servers, or look like it. None is run.</summary>
internal sealed class DotnetSource : IDiscoverySource
{
    public string Name => "dotnet";

    public string Description => "global tools of .NET";

    public Task<DiscoveryResult> DiscoverAsync(DiscoveryContext context, CancellationToken cancellationToken)
    {
        var files = new SafeFiles();
        var servers = new List<DiscoveredServer>();
        var problems = new List<string>();
        var tools = Path.Combine(context.Variables("DOTNET_CLI_HOME") is { Length: > 0 } home ? home : context.Home, ".dotnet", "tools");
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var tool in files.Folders(Path.Combine(tools, ".store")))
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                if (Read(tool, tools, files, context, taken) is { } server)
                    servers.Add(server);
            }
            catch (XmlException error)
            {
                problems.Add($"The description of the package in {tool} is no XML: {error.Message.TrimEnd('.')}. Install the tool again.");
            }
        }

        return Task.FromResult(new DiscoveryResult(servers, [.. files.Problems, .. problems]));
    }

    private DiscoveredServer? Read(string tool, string tools, SafeFiles files, DiscoveryContext context, HashSet<string> taken)
    {
        // .store/ID/VERSION/ID/VERSION; beside it may lie ID.RUNTIME/VERSION, where the program itself is for one kind of machine.
        var packages = files.Folders(tool).SelectMany(files.Folders).SelectMany(files.Folders).ToList();
        var nuspec = packages.SelectMany(files.Files).FirstOrDefault(file => file.EndsWith(".nuspec", StringComparison.OrdinalIgnoreCase));
        if (nuspec is null || files.Text(nuspec) is not { } text)
            return null;

        var metadata = Parse(text).Root?.Elements().FirstOrDefault(element => element.Name.LocalName == "metadata");
        var id = Value(metadata, "id") ?? Path.GetFileName(tool);
        if (!LooksLikeServer(metadata, id, packages) || CommandOf(packages, files) is not { } command)
            return null;

        var serverId = DiscoveredId.Free(DiscoveredId.From(command), taken);
        var program = Path.Combine(tools, context.Platform == DiscoveryPlatform.Windows ? command + ".exe" : command);
        var server = new DiscoveredServer
        {
            Id = serverId,
            Name = Value(metadata, "title") ?? id,
            Description = DiscoveredText.Description(Value(metadata, "description")),
            Version = Value(metadata, "version"),
            Config = new ServerConfig { Id = serverId, Command = DiscoveredText.Literal(program), BaseDirectory = context.Home },
            Source = Name,
            Location = Path.GetDirectoryName(nuspec)!,
        };
        return ServerManifest.Complete(server, packages.Select(package => Path.Combine(package, ".mcp", "server.json")), files, context);
    }

    private static bool LooksLikeServer(XElement? metadata, string id, List<string> packages) =>
        metadata?.Descendants().Any(element => element.Name.LocalName == "packageType" && string.Equals((string?)element.Attribute("name"), "McpServer", StringComparison.OrdinalIgnoreCase)) == true
        || packages.Any(package => File.Exists(Path.Combine(package, ".mcp", "server.json")))
        || ServerName.HasMcp(id) || (Value(metadata, "tags") is { } tags && ServerName.HasMcp(tags.Replace(',', ' ').Replace(';', ' ')));

    private static string? CommandOf(List<string> packages, SafeFiles files)
    {
        foreach (var settings in packages.Select(package => Path.Combine(package, "tools")).SelectMany(files.Folders).SelectMany(files.Folders).Select(folder => Path.Combine(folder, "DotnetToolSettings.xml")))
        {
            var command = files.Text(settings) is { } text ? Parse(text).Descendants().FirstOrDefault(element => element.Name.LocalName == "Command") : null;
            if ((string?)command?.Attribute("Name") is { Length: > 0 } name && !name.AsSpan().ContainsAny("/\\\0"))
                return name;
        }

        return null;
    }

    private static XDocument Parse(string text)
    {
        using var reader = XmlReader.Create(new StringReader(text.TrimStart('\uFEFF')), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
        return XDocument.Load(reader);
    }

    private static string? Value(XElement? metadata, string name) =>
        metadata?.Elements().FirstOrDefault(element => element.Name.LocalName == name)?.Value.Trim() is { Length: > 0 } value ? value : null;
}
