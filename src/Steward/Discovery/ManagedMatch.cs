using System.Text.RegularExpressions;
using Steward.Configuration;

namespace Steward.Discovery;

/// <summary>Tells whether a server that was found is managed already, whatever it is called there.</summary>
internal sealed partial class ManagedMatch
{
    private readonly Dictionary<string, string> _ids = new(StringComparer.Ordinal);
    private readonly HashSet<string> _others;

    /// <param name="managed">What is managed.</param>
    /// <param name="others">Ids of what is managed as well, but of which no more is known: they match by the id.</param>
    public ManagedMatch(IReadOnlyCollection<ServerConfig> managed, IEnumerable<string> others)
    {
        _others = [.. others.Except(managed.Select(server => server.Id))];
        foreach (var server in managed)
            _ids.TryAdd(KeyOf(server), server.Id);
    }

    /// <summary>The id under which it is managed; null where it is not.</summary>
    public string? Find(DiscoveredServer server) => _ids.GetValueOrDefault(KeyOf(server.Config)) ?? (_others.Contains(server.Id) ? server.Id : null);

    /// <summary>The same for what would start the same server: folders of programs, versions of packages and the words around them do not count.</summary>
    private static string KeyOf(ServerConfig config)
    {
        if (config.Transport != ServerTransport.Stdio)
            return $"url {config.Url?.TrimEnd('/')}";
        var program = Path.GetFileName((config.Command ?? "").Replace('\\', '/'));
        program = ProgramEnding().Replace(program, "").ToLowerInvariant();
        if (program is "npx" or "uvx" or "dnx" or "bunx" or "pipx" && config.Args.FirstOrDefault(argument => argument is not ("run" or "tool" or "--") && !argument.StartsWith('-')) is { } package)
            return $"package {PackageVersion().Replace(package, "")}";
        return $"program {config.Command} {string.Join('\0', config.Args)}";
    }

    [GeneratedRegex(@"\.(?:exe|cmd|bat)$", RegexOptions.IgnoreCase)]
    private static partial Regex ProgramEnding();

    [GeneratedRegex(@"(?<=.)(?:@|==)[^@/=]*$")]
    private static partial Regex PackageVersion();
}
