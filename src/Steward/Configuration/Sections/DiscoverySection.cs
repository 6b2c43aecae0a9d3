using Steward.Configuration.Keys;
using Steward.Configuration.Parsing;
using Steward.Discovery;

namespace Steward.Configuration.Sections;

/// <summary>Reads <c>discovery</c>.</summary>
internal static class DiscoverySection
{
    private static readonly DiscoveryConfig Standard = new();

    private static readonly TextListKey Sources = new("sources", new(new(
            text => SourceNames.IsName(text) ? null : "must be the name of a source",
            "'steward discover --help' names the sources; github:ORG/REPOSITORY[/FOLDER] is one, too.")), "every source of this machine",
        "The sources that are asked when none is named, such as `path`, `npm`, `registry` or `github:org/repo`.");

    private static readonly FlagKey Auto = new("auto", Standard.Auto,
        "Whether the daemon looks by itself, and tells of what is new by the event `mcp_servers_discovered`. It adds and starts nothing.");

    private static readonly NumberKey<TimeSpan> IntervalMs = Number.Duration("intervalMs", Standard.Interval, 1000, Limits.DayMs,
        "How often it does.");

    private static readonly NumberKey<TimeSpan> CacheMs = Number.Duration("cacheMs", Standard.CacheFor, 0, Limits.DayMs,
        "How long the answer of a source on another machine counts as new. Sources on this machine are always asked.");

    private static readonly TextKey RegistryUrl = new("registryUrl", new(new(
            text => TextRules.IsUrl(text, out var url, Uri.UriSchemeHttp, Uri.UriSchemeHttps) && url.Query.Length == 0
                ? null
                : "must be an absolute http:// or https:// URL without a query",
            "Write it as https://HOST, without /v0.1/servers.")), Standard.RegistryUrl,
        "The registry of servers that `registry` asks.");

    public static KeySet Keys { get; } = new("discovery", [Sources, Auto, IntervalMs, CacheMs, RegistryUrl]);

    public static DiscoveryConfig Read(ConfigSection section, DiscoveryConfig inherited) => new()
    {
        Sources = section.Read(Sources, null) ?? [],
        Auto = section.Read(Auto, inherited.Auto),
        Interval = section.Read(IntervalMs, inherited.Interval),
        CacheFor = section.Read(CacheMs, inherited.CacheFor),
        RegistryUrl = section.Read(RegistryUrl, inherited.RegistryUrl) ?? inherited.RegistryUrl,
    };

    public static void Visit(IKeyVisitor visitor, DiscoveryConfig discovery, DiscoveryConfig other)
    {
        visitor.Visit(Sources, discovery.Sources, other.Sources);
        visitor.Visit(Auto, discovery.Auto, other.Auto);
        visitor.Visit(IntervalMs, discovery.Interval, other.Interval);
        visitor.Visit(CacheMs, discovery.CacheFor, other.CacheFor);
        visitor.Visit(RegistryUrl, discovery.RegistryUrl, other.RegistryUrl);
    }
}
