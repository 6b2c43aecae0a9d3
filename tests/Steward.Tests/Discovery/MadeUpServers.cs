using FsCheck;
using FsCheck.Fluent;
using Steward.Configuration;
using Steward.Discovery;

namespace Steward.Tests.Discovery;

/// <summary>Servers as sources may find them, with texts that are hard to keep.</summary>
internal static class MadeUpServers
{
    private static readonly Gen<string> Text = Gen.Elements("a", "Z-9", "two words", "ä€😀", "\"", "\\", "/x/y.z", "{}", "$", "$${x}", "${env:HOME}", "#", "'", "\t", "\u2028", "<b>")
        .ListOf(2).Select(pieces => string.Concat(pieces));

    private static readonly Gen<string?> Perhaps = Gen.OneOf(Text.Select(text => (string?)text), Gen.Constant((string?)null));

    private static readonly Gen<IReadOnlyList<string>> Texts = Text.ListOf().Select(texts => (IReadOnlyList<string>)[.. texts]);

    private static readonly Gen<IReadOnlyDictionary<string, string>> Map =
        from names in Gen.Elements("A", "B_2", "TOKEN", "X-Key").ListOf()
        from values in Text.ListOf(4)
        select (IReadOnlyDictionary<string, string>)names.Distinct(StringComparer.Ordinal).Zip(values).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);

    private static readonly Gen<bool> Flag = Gen.Elements(true, false);

    /// <summary>What a source may give.</summary>
    public static Arbitrary<DiscoveryResult> Results() =>
        (from servers in Server.ListOf()
         from problems in Texts
         from isComplete in Flag
         select new DiscoveryResult([.. servers], problems) { IsComplete = isComplete }).ToArbitrary();

    private static Gen<DiscoveredServer> Server =>
        from id in Gen.Elements("git", "a_b-9", "Z")
        from config in Gen.OneOf(Program(id), Remote(id))
        from texts in Text.ListOf(3)
        from version in Perhaps
        from description in Perhaps
        from alsoAt in Texts
        from problems in Texts
        from isDeprecated in Flag
        select new DiscoveredServer
        {
            Id = id,
            Name = texts[0],
            Source = texts[1],
            Location = texts[2],
            Description = description,
            Version = version,
            Config = config,
            AlsoAt = alsoAt,
            Problems = problems,
            IsDeprecated = isDeprecated,
        };

    private static Gen<ServerConfig> Program(string id) =>
        from command in Text
        from args in Texts
        from env in Map
        from cwd in Gen.Elements(null, "/srv", "sub")
        from disabled in Flag
        from tools in Gen.Elements(ToolFilter.All, new ToolFilter { Allow = ["a*"], Deny = ["ab"] }, new ToolFilter { Allow = [] })
        select new ServerConfig { Id = id, Command = command.Trim().Length > 0 ? command : "c", Args = args, Env = env, Cwd = cwd, Disabled = disabled, Tools = tools, BaseDirectory = "/srv/things" };

    private static Gen<ServerConfig> Remote(string id) =>
        from transport in Gen.Elements(ServerTransport.Auto, ServerTransport.Http, ServerTransport.Sse)
        from token in Gen.Elements(null, "${env:TOKEN}", "ab==")
        from seconds in Gen.Choose(0, 100)
        select new ServerConfig
        {
            Id = id,
            Transport = transport,
            Url = $"https://example.org/{seconds}",
            Headers = new Dictionary<string, string> { ["X-Key"] = $"k {seconds}" },
            Auth = token is null ? null : new ServerAuth { Type = ServerAuthType.Bearer, Token = token },
            RequestTimeout = TimeSpan.FromSeconds(seconds),
            BaseDirectory = "/",
        };
}
