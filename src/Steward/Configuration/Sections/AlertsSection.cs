using Steward.Configuration.Keys;
using Steward.Configuration.Parsing;

namespace Steward.Configuration.Sections;

/// <summary>Reads <c>alerts</c>.</summary>
internal static class AlertsSection
{
    private static readonly AlertsConfig Standard = new();

    private static readonly TextKey Webhook = new("webhook", new(TextRules.WebUrl, Secret: true, Late: true), standard: null,
        "A URL to which each alert is posted as JSON; chat services that take a `text` show it as it is. Where the URL is a secret, keep it out of the file: `${env:NAME}` or `${file:PATH}`.");

    private static readonly TextMapKey Headers = new("headers", TextRules.HeaderName, new(TextRules.HeaderValue, Secret: true, Late: true), StringComparer.OrdinalIgnoreCase,
        "Headers of these posts, such as `\"Authorization\": \"Bearer ${env:TOKEN}\"`.");

    private static readonly TextListKey Command = new("command", new(TextRules.Any, Secret: true, Late: true), "none",
        "A program and its arguments, started for each alert in the configuration file's folder; no shell is involved. It gets the JSON on its standard input, and `STEWARD_SERVER`, `STEWARD_ALERT` (a word of `on`) and `STEWARD_ALERT_TEXT` as variables.");

    private static readonly TextListKey On = new("on", new(new(
            text => AlertWords.KindOf(text) is null ? $"must be one of {string.Join(", ", AlertWords.All)}" : null, "Write one of these.")),
        string.Join(", ", Standard.On.Select(kind => $"`{AlertWords.Of(kind)}`")),
        "Of what to tell. `crashed`: it ended by itself or did not start, and will be started again. `failed`: the same, and nobody will start it again until somebody asks for it. `unhealthy`, `degraded`: it runs, but its probes say so. `recovered`: it is well after an alert.");

    private static readonly NumberKey<TimeSpan> MinIntervalMs = Number.Duration("minIntervalMs", Standard.MinInterval, 0, Limits.DayMs,
        "The time between two alerts about one server. What changes meanwhile is told when it is over, if it still holds.");

    private static readonly NumberKey<TimeSpan> TimeoutMs = Number.Duration("timeoutMs", Standard.Timeout, 1, 600_000,
        "How long a post, or the command, may take. A post that fails is tried twice more.");

    public static KeySet Keys { get; } = new("alerts", [Webhook, Headers, Command, On, MinIntervalMs, TimeoutMs]) { IsForeign = true };

    public static AlertsConfig Read(ConfigSection section, AlertsConfig inherited)
    {
        var command = section.Read(Command, null);
        var alerts = inherited with
        {
            Webhook = section.Read(Webhook, null),
            Headers = section.Read(Headers, inherited.Headers),
            Command = command ?? [],
            On = section.Read(On, null) is { } words ? [.. words.Select(AlertWords.KindOf).OfType<AlertKind>().Distinct()] : inherited.On,
            MinInterval = section.Read(MinIntervalMs, inherited.MinInterval),
            Timeout = section.Read(TimeoutMs, inherited.Timeout),
        };
        if (command is [] or ["", ..])
            section.Problem(Command, "does not name a program", "Write [\"program\", \"argument\"], or remove the key.");
        return alerts;
    }

    public static void Visit(IKeyVisitor visitor, AlertsConfig alerts, AlertsConfig other)
    {
        visitor.Visit(Webhook, alerts.Webhook, other.Webhook);
        visitor.Visit(Headers, alerts.Headers, other.Headers);
        visitor.Visit(Command, alerts.Command, other.Command);
        visitor.Visit(On, AlertWords.Of(alerts.On), AlertWords.Of(other.On));
        visitor.Visit(MinIntervalMs, alerts.MinInterval, other.MinInterval);
        visitor.Visit(TimeoutMs, alerts.Timeout, other.Timeout);
    }
}
