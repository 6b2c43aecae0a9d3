using Steward.Configuration;
using Steward.Discovery;
using Steward.Discovery.Clients;
using Steward.Tests.Configuration;
using Xunit;

namespace Steward.Tests.Discovery.Clients;

/// <summary>A made-up machine, and the sample files as clients write them.</summary>
internal static class ClientRig
{
    public const string Home = "/home/ann";
    public const string Project = "/home/ann/shop";

    /// <summary>Each sample with the client and the file that it is one of.</summary>
    public static IReadOnlyList<(string Sample, string Client, ClientScope Scope, bool IsOld)> Samples { get; } =
    [
        ("claude-desktop.json", "claude-desktop", ClientScope.User, false),
        ("claude-code.json", "claude-code", ClientScope.User, false),
        ("claude-code-project.json", "claude-code", ClientScope.Project, false),
        ("cursor.json", "cursor", ClientScope.User, false),
        ("cursor-project.json", "cursor", ClientScope.Project, false),
        ("vscode.json", "vscode", ClientScope.User, false),
        ("vscode-project.json", "vscode", ClientScope.Project, false),
        ("vscode-settings.json", "vscode", ClientScope.User, true),
        ("windsurf.json", "windsurf", ClientScope.User, false),
        ("cline.json", "cline", ClientScope.User, false),
        ("kiro.json", "kiro", ClientScope.User, false),
        ("zed.json", "zed", ClientScope.User, false),
        ("gemini-cli.json", "gemini-cli", ClientScope.User, false),
        ("codex.toml", "codex", ClientScope.User, false),
        ("shannon.json", "shannon", ClientScope.User, false),
    ];

    public static DiscoveryContext Context(DiscoveryPlatform platform = DiscoveryPlatform.Linux, params (string Name, string Value)[] variables) => new()
    {
        Home = Home,
        WorkingDirectory = Project,
        Variables = name => variables.FirstOrDefault(variable => variable.Name == name).Value,
        Platform = platform,
    };

    public static byte[] SampleBytes(string sample) =>
        File.ReadAllBytes(Repository.PathOf("tests", "Steward.Tests", "Discovery", "Clients", "Samples", sample));

    public static ClientFile FileOf(string client, ClientScope scope, bool isOld = false) =>
        ClientApplications.Find(client)!.Files.First(file => file.Scope == scope && file.IsOld == isOld);

    public static ClientReading Read(ReadOnlySpan<byte> text, string client, ClientScope scope = ClientScope.User, bool isOld = false, DiscoveryContext? context = null) =>
        ClientConfigReader.Parse(text, "/f", ClientApplications.Find(client)!, FileOf(client, scope, isOld), context ?? Context());

    public static ClientReading ReadSample(string sample, DiscoveryContext? context = null)
    {
        var (_, client, scope, isOld) = Samples.Single(known => known.Sample == sample);
        return Read(SampleBytes(sample), client, scope, isOld, context);
    }

    /// <summary>A server on one line: everything that an entry can say, where it says it.</summary>
    public static string Describe(DiscoveredServer server)
    {
        var config = server.Config;
        List<string> parts = [$"{server.Id}:", config.Transport.ToString(), config.Command ?? config.Url ?? "nothing", .. config.Args];
        parts.AddRange(config.Env.Select(pair => $"{pair.Key}={pair.Value}"));
        parts.AddRange(config.Headers.Select(pair => $"{pair.Key}: {pair.Value}"));
        parts.Add(config.Cwd is { } cwd ? $"in {cwd}" : "");
        parts.Add(config.Disabled ? "off" : "");
        parts.Add(config.AutoApprove.Count > 0 ? $"approves {string.Join(",", config.AutoApprove)}" : "");
        parts.Add(config.Tools.Allow is { } allow ? $"only {string.Join(",", allow)}" : "");
        parts.Add(config.Tools.Deny.Count > 0 ? $"not {string.Join(",", config.Tools.Deny)}" : "");
        parts.Add(config.RequestTimeout != new ServerConfig { Id = "" }.RequestTimeout ? $"calls {config.RequestTimeout.TotalSeconds}s" : "");
        parts.Add(config.StartupTimeout != new ServerConfig { Id = "" }.StartupTimeout ? $"start {config.StartupTimeout.TotalSeconds}s" : "");
        if (config.Auth is { } auth)
            parts.Add($"auth {auth.Type} {auth.Token}{auth.ClientId} {auth.ClientSecret} {string.Join("+", auth.Scopes)} {auth.RedirectPort}");
        return string.Join(' ', parts.Where(part => part.Length > 0));
    }

    public static void Finds(ClientReading reading, params string[] expected)
    {
        Assert.Empty(reading.Problems);
        Assert.Equal(expected, reading.Servers.Select(Describe));
    }
}
