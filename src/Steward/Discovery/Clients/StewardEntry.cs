using Steward.Configuration;

namespace Steward.Discovery.Clients;

/// <summary>Recognises Steward itself among the servers of a client: who imported it would have it start itself.</summary>
/// <param name="addresses">Where Steward's gateways listen, such as <c>http://127.0.0.1:7420</c>.</param>
internal sealed class StewardEntry(IEnumerable<string> addresses)
{
    private readonly List<Uri> _addresses = [.. addresses.Select(address => new Uri(address))];

    public bool Is(ServerConfig config) =>
        config.Url is { } url ? IsGateway(url) : IsProgram(config) || config.Args.Any(IsGateway);

    /// <summary>An address of a gateway, also as an argument of a program that connects to it.</summary>
    private bool IsGateway(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && _addresses.Any(address => address.Port == url.Port && SameHost(address, url));

    private static bool SameHost(Uri left, Uri right) =>
        left.Host.Equals(right.Host, StringComparison.OrdinalIgnoreCase) || (left.IsLoopback && right.IsLoopback);

    /// <summary><c>steward stdio</c>, also as <c>dotnet steward.dll stdio</c> or <c>cmd /c steward stdio</c>.</summary>
    private static bool IsProgram(ServerConfig config)
    {
        List<string> words = [config.Command ?? "", .. config.Args];
        var program = words.FindIndex(IsStewardProgram);
        return program >= 0 && words.IndexOf("stdio", program) > program;
    }

    private static bool IsStewardProgram(string word) =>
        word[(word.LastIndexOfAny(['/', '\\']) + 1)..].ToUpperInvariant() is "STEWARD" or "STEWARD.EXE" or "STEWARD.DLL" or "STEWARD.CLI" or "STEWARD.CLI.EXE" or "STEWARD.CLI.DLL";
}
