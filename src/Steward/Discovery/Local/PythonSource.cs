using System.Text.RegularExpressions;
using Steward.Configuration;

namespace Steward.Discovery.Local;

/// <summary>Tools that uv and pipx installed. Neither is run.</summary>
internal sealed partial class PythonSource : IDiscoverySource
{
    public string Name => "uv";

    public string Description => "tools of uv and pipx";

    public Task<DiscoveryResult> DiscoverAsync(DiscoveryContext context, CancellationToken cancellationToken)
    {
        var files = new SafeFiles();
        var servers = new List<DiscoveredServer>();
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var environment in PythonTools.Environments(context, files))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (PythonPackage.Read(environment, context, files) is { } package && package.LooksLikeServer() && ProgramOf(package, context, files) is { } program)
                servers.Add(Server(package, program, context, taken));
        }

        return Task.FromResult(new DiscoveryResult(servers, files.Problems));
    }

    /// <summary>Where uv's receipt says that the program is; else the one in the environment.</summary>
    private static string? ProgramOf(PythonPackage package, DiscoveryContext context, SafeFiles files)
    {
        var receipt = files.Text(Path.Combine(package.Environment, "uv-receipt.toml")) ?? "";
        var installed = EntryPoint().Matches(receipt)
            .Where(match => match.Groups[1].Value == package.Command).Select(match => match.Groups[2].Value.Replace(@"\\", @"\", StringComparison.Ordinal));
        var own = context.Platform == DiscoveryPlatform.Windows
            ? Path.Combine(package.Environment, "Scripts", package.Command + ".exe")
            : Path.Combine(package.Environment, "bin", package.Command);
        return installed.Append(own).FirstOrDefault(path => Path.IsPathRooted(path) && File.Exists(path));
    }

    private DiscoveredServer Server(PythonPackage package, string program, DiscoveryContext context, HashSet<string> taken)
    {
        var id = DiscoveredId.Free(DiscoveredId.From(package.Name), taken);
        return new()
        {
            Id = id,
            Name = package.Name,
            Description = package.Description,
            Version = package.Version,
            Config = new ServerConfig { Id = id, Command = DiscoveredText.Literal(program), BaseDirectory = context.Home },
            Source = Name,
            Location = package.Environment,
        };
    }

    // { name = "mcp-server-git", install-path = "/home/me/.local/bin/mcp-server-git", from = "mcp-server-git" }
    [GeneratedRegex("""\{[^{}]*\bname\s*=\s*"([^"]*)"[^{}]*\binstall-path\s*=\s*["']([^"']*)["'][^{}]*\}""")]
    private static partial Regex EntryPoint();
}
