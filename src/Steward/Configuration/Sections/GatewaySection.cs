using Steward.Configuration.Keys;
using Steward.Configuration.Parsing;

namespace Steward.Configuration.Sections;

/// <summary>Reads <c>gateway</c>.</summary>
internal static class GatewaySection
{
    private static readonly GatewayConfig Standard = new();

    private static readonly TextKey Listen = new("listen", new(TextRules.Listen), Standard.Listen,
        "The address to listen on, `http://HOST:PORT`; port 0 takes a free one. Every address but the loopback's needs `auth.bearer.tokens`.");

    private static readonly ChoiceKey<ToolNaming> Naming = new("naming",
        [("always", ToolNaming.Always), ("onCollision", ToolNaming.OnCollision)],
        standard: "always",
        "How tools and prompts are named on the merged endpoint. `always`: `server__tool`. `onCollision`: the bare name, and `server__tool` where two servers offer the same.");

    private static readonly TextListKey AllowedServers = new("allowedServers", new(TextRules.NotEmpty), "all",
        "Ids of the servers that clients may reach through the gateway.");

    private static readonly TextListKey AllowedHosts = new("allowedHosts", new(TextRules.HostName), "none",
        "Host names, without port, that requests may name in their `Host` header, beside those of the loopback and of `listen`.");

    private static readonly TextListKey AllowedOrigins = new("allowedOrigins", new(TextRules.Origin), "none",
        "Origins, such as `https://app.example.org`, whose web pages may call, beside those of the loopback.");

    private static readonly SectionKey<BearerTokens> Auth = new("auth", AuthSection.Keys, AuthSection.Read,
        "Who may call. Absent: everybody who can reach the address.")
    {
        Members = AuthSection.Visit,
    };

    private static readonly SectionKey<GatewayLimits> ClientLimits = new("limits", LimitsSection.Keys, LimitsSection.Read,
        "What clients may use up. A request over a limit is refused with an error that names it.")
    {
        Members = LimitsSection.Visit,
    };

    public static KeySet Keys { get; } = new("gateway", [Listen, Naming, AllowedServers, AllowedHosts, AllowedOrigins, Auth, ClientLimits]);

    public static GatewayConfig Read(ConfigSection section, GatewayConfig inherited)
    {
        var gateway = inherited with
        {
            Listen = section.Read(Listen, inherited.Listen)!,
            Naming = section.Read(Naming, inherited.Naming),
            AllowedServers = section.Read(AllowedServers, inherited.AllowedServers),
            AllowedHosts = section.Read(AllowedHosts, inherited.AllowedHosts) ?? [],
            AllowedOrigins = section.Read(AllowedOrigins, inherited.AllowedOrigins) ?? [],
            BearerTokens = section.Read(Auth, new()).Tokens,
            Limits = section.Read(ClientLimits, inherited.Limits),
        };
        if (gateway.ExposureProblem is { } exposed)
            section.Problem(Listen, exposed.Message, exposed.Mend);
        return gateway;
    }

    public static void Visit(IKeyVisitor visitor, GatewayConfig gateway, GatewayConfig other)
    {
        visitor.Visit(Listen, gateway.Listen, other.Listen);
        visitor.Visit(Naming, gateway.Naming, other.Naming);
        visitor.Visit(AllowedServers, gateway.AllowedServers, other.AllowedServers);
        visitor.Visit(AllowedHosts, gateway.AllowedHosts, other.AllowedHosts);
        visitor.Visit(AllowedOrigins, gateway.AllowedOrigins, other.AllowedOrigins);
        visitor.Visit(Auth, new BearerTokens { Tokens = gateway.BearerTokens }, new BearerTokens { Tokens = other.BearerTokens });
        visitor.Visit(ClientLimits, gateway.Limits, other.Limits);
    }

    /// <summary>Notes every server that <c>allowedServers</c> of a section names and that is not declared.</summary>
    public static void CheckServers(ConfigValue section, IReadOnlyList<string> ids)
    {
        var property = section.Node.Properties.FirstOrDefault(property => property.Name == AllowedServers.Name);
        if (property is null)
            return;

        var list = section.Member(property);
        for (var i = 0; i < list.Node.Items.Count; i++)
        {
            var item = list.Item(i) with { NeedsReferences = false };
            if (item.Node.Kind != System.Text.Json.JsonValueKind.String || item.Resolve() is not { Length: > 0 } id || ids.Contains(id))
                continue;

            var nearest = NearestName.Among(id, ids);
            item.Problem($"is {Quote.Text(item.Node.Text)}, but no server has this id",
                nearest is not null ? $"Did you mean \"{nearest}\"?"
                : ids.Count == 0 ? "Declare the server in mcpServers, or remove the id."
                : $"Declared are: {string.Join(", ", ids.Take(20))}{(ids.Count > 20 ? ", …" : "")}.");
        }
    }
}
