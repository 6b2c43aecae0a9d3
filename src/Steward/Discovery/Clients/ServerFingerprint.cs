using System.Security.Cryptography;
using System.Text;
using Steward.Configuration;

namespace Steward.Discovery.Clients;

/// <summary>
/// What makes two entries the same server: the program with its arguments and the names of its variables, or the address. Not
/// the name, nor values of variables and headers, which people write differently in each client, nor what looks like a secret.
/// </summary>
internal static class ServerFingerprint
{
    public static string Of(ServerConfig config)
    {
        config = SecretMask.Apply(config);
        var parts = config.Url is { } url ? ["url", Normal(url)] : Program(config);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', parts))))[..32];
    }

    private static IEnumerable<string> Program(ServerConfig config)
    {
        var launcher = ProgramKey.LauncherOf(config.Command);
        var command = launcher ?? config.Command ?? "";
        var isRelative = IsRelative(command) || config.Args.Any(IsRelative);
        // Where npx lies, and whether it asks before it installs, is not what tells two servers apart.
        IEnumerable<string> args = launcher is "npx" ? config.Args.SkipWhile(argument => argument is "-y" or "--yes") : config.Args;
        return
        [
            "program", command, .. args, "variables", .. config.Env.Keys.Order(StringComparer.Ordinal),
            // "." is another folder in each project.
            .. isRelative ? new[] { "folder", config.Cwd ?? "" } : [],
        ];
    }

    private static bool IsRelative(string text) =>
        text is "." or ".." || text.StartsWith("./", StringComparison.Ordinal) || text.StartsWith("../", StringComparison.Ordinal);

    private static string Normal(string url) => Uri.TryCreate(url, UriKind.Absolute, out var parsed) ? parsed.AbsoluteUri.TrimEnd('/') : url;
}
