using Steward.Configuration;
using Steward.Discovery;

namespace Steward.Cli.Discover;

/// <summary>The command line that adds a server that was found.</summary>
internal static class AddCommand
{
    /// <summary>The command line, to be pasted into a shell; null where it would hold what might be a secret.</summary>
    public static string? Of(DiscoveredServer server)
    {
        var config = server.Config;
        if (DiscoveryText.Launch(config) != DiscoveryText.Line(config) || config.Env.Values.Any(value => SecretMask.Value(value) != value))
            return null;
        var words = new List<string> { "steward", "add", server.Id };
        if (config.Transport != ServerTransport.Stdio)
            return Join([.. words, "--url", config.Url ?? "", .. config.Headers.SelectMany(header => (string[])["-H", $"{header.Key}: {header.Value}"])]);
        return Join([.. words, .. config.Env.SelectMany(variable => (string[])["-e", $"{variable.Key}={variable.Value}"]), "--", config.Command ?? "", .. config.Args]);
    }

    private static string Join(IEnumerable<string> words) => string.Join(' ', words.Select(Quote));

    private static string Quote(string word) => word.Length > 0 && word.All(character => char.IsAsciiLetterOrDigit(character) || "@%+=:,./-_".Contains(character, StringComparison.Ordinal))
        ? word
        : $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
