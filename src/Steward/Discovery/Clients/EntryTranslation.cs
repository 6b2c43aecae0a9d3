using System.Globalization;
using System.Text.Json;
using Steward.Configuration;
using Steward.Configuration.Parsing;
using Steward.Configuration.Sections;

namespace Steward.Discovery.Clients;

/// <summary>
/// Rewrites one entry of a client as Steward's configuration would say it. The nodes keep their places, so that whatever
/// Steward's own rules find wrong is reported where it stands in the client's file.
/// </summary>
internal sealed class EntryTranslation(ClientDialect dialect, ReferenceTranslation references)
{
    private readonly List<ConfigProperty> _members = [];
    private readonly List<ConfigProperty> _headers = [];
    private readonly List<ConfigProperty> _auth = [];
    private readonly List<ConfigProperty> _tools = [];
    private readonly List<ConfigNode> _approved = [];

    /// <summary>What is left out, a sentence each.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>What the entry says that the server is good for.</summary>
    public string? Description { get; private set; }

    /// <summary>The file that holds more variables, as written but for its references.</summary>
    public string? EnvFile { get; private set; }

    public ConfigNode Translate(ConfigNode entry)
    {
        foreach (var member in LastOfEach(entry))
            Take(member);

        AddSection("headers", _headers);
        if (_auth.Count > 0 && _headers.Exists(header => header.Name.Equals("Authorization", StringComparison.OrdinalIgnoreCase)))
            Notes.Add("Its OAuth settings are left out: the header Authorization says already who comes.");
        else
            AddSection("auth", _auth);
        AddSection("tools", _tools);
        if (_approved.Count > 0)
            _members.Add(new("autoApprove", _approved[0].Offset, new(JsonValueKind.Array, _approved[0].Offset) { Items = _approved }));
        if (dialect.BareUrl != ServerTransport.Auto && Find("url") is { } url && Find("type") is null)
            _members.Add(Text("type", url, dialect.BareUrl == ServerTransport.Sse ? "sse" : "http"));
        return entry with { Properties = [.. _members] };
    }

    private void Take(ConfigProperty member)
    {
        switch (member.Name)
        {
            case "command" when member.Value.Kind == JsonValueKind.Object:
                TakeOldCommand(member.Value);
                break;
            case "command" or "cwd":
                AddText(_members, member.Name, member);
                break;
            case "url" or "httpUrl" or "serverUrl":
                AddText(_members, "url", member);
                if (member.Name == "httpUrl" && Find("type") is null)
                    _members.Add(Text("type", member, "http"));
                break;
            case "args":
                _members.Add(member with { Value = Texts(member.Value) });
                break;
            case "env":
                _members.Add(member with { Value = Variables(member.Value) });
                break;
            case "envFile":
                EnvFile = member.Value.Kind == JsonValueKind.String ? references.Translate(member.Value.Text) : null;
                break;
            case "type" or "transport" or "transportType":
                TakeType(member);
                break;
            case "disabled" or "enabled":
                TakeDisabled(member);
                break;
            case "description":
                Description ??= member.Value.Kind == JsonValueKind.String ? member.Value.Text : null;
                break;
            case "alwaysAllow" or "autoApprove":
                _approved.AddRange(member.Value.Items);
                break;
            default:
                TakeMore(member);
                break;
        }
    }

    private void TakeMore(ConfigProperty member)
    {
        if (TryTakeTools(member) || TryTakeTime(member) || TryTakeAccess(member))
            return;
        if (ServerSection.Keys.Knows(member.Name))
            _members.Add(member); // Kiro's dialect, as adk has it, carries keys of Steward
        else if (!SaysNothing(member.Name))
            Notes.Add($"{Quote.Text(member.Name)} is left out: Steward has nothing like it.");
    }

    /// <summary>Where an entry came from, and what only the client's windows need.</summary>
    private static bool SaysNothing(string key) => key is "source" or "gallery" or "version" or "icon" or "$schema" or "name" or "remote" or "required";

    private bool TryTakeTools(ConfigProperty member)
    {
        switch (member.Name)
        {
            case "includeTools" or "enabled_tools":
                _tools.Add(member with { Name = "allow" });
                return true;
            case "excludeTools" or "disabledTools" or "disabled_tools":
                _tools.Add(member with { Name = "deny" });
                return true;
            case "tools" when member.Value.Kind == JsonValueKind.Object && member.Value.Properties.All(tool => tool.Value.Kind == JsonValueKind.Object):
                TakeApprovals(member.Value);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Codex: <c>[mcp_servers.x.tools.y]</c> with <c>approval_mode = "approve"</c>.</summary>
    private void TakeApprovals(ConfigNode tools)
    {
        foreach (var tool in tools.Properties.Where(tool => tool.Value.Properties.Any(setting => setting is { Name: "approval_mode", Value.Text: "approve" })))
            _approved.Add(new(JsonValueKind.String, tool.Offset) { Text = tool.Name });
    }

    private bool TryTakeTime(ConfigProperty member)
    {
        switch (member.Name)
        {
            case "timeout" when dialect.TimeoutUnit is { } unit:
                AddTime("requestTimeoutMs", member, unit);
                return true;
            case "tool_timeout_sec":
                AddTime("requestTimeoutMs", member, TimeSpan.FromSeconds(1));
                return true;
            case "startup_timeout_sec":
                AddTime("startupTimeoutMs", member, TimeSpan.FromSeconds(1));
                return true;
            case "startup_timeout_ms":
                AddTime("startupTimeoutMs", member, TimeSpan.FromMilliseconds(1));
                return true;
            default:
                return false;
        }
    }

    private bool TryTakeAccess(ConfigProperty member)
    {
        switch (member.Name)
        {
            case "headers" or "http_headers":
                _headers.AddRange(Variables(member.Value).Properties);
                return true;
            case "env_http_headers":
                _headers.AddRange(member.Value.Properties.Select(header => Text(header.Name, header, VariableReference(header.Value))));
                return true;
            case "bearer_token_env_var":
                _auth.Add(Text("token", member, VariableReference(member.Value)));
                return true;
            case "env_vars":
                return true; // names of inherited variables; a server of Steward inherits all
            case "auth" or "oauth" when member.Value.Kind == JsonValueKind.Object:
                TakeOAuth(member.Value);
                return true;
            case "oauthScopes" or "scopes":
                _auth.Add(member with { Name = "scopes", Value = Texts(member.Value) });
                return true;
            default:
                return false;
        }
    }

    private void TakeOAuth(ConfigNode section)
    {
        foreach (var member in LastOfEach(section))
        {
            switch (member.Name)
            {
                case "CLIENT_ID" or "clientId" or "client_id":
                    AddText(_auth, "clientId", member);
                    break;
                case "CLIENT_SECRET" or "clientSecret":
                    AddText(_auth, "clientSecret", member);
                    break;
                case "scopes" when member.Value.Kind == JsonValueKind.Array:
                    _auth.Add(member with { Value = Texts(member.Value) });
                    break;
                case "scopes":
                    var scopes = member.Value.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                    _auth.Add(member with { Value = new(JsonValueKind.Array, member.Offset) { Items = [.. scopes.Select(scope => member.Value with { Text = scope })] } });
                    break;
                case "callbackPort":
                    _auth.Add(member with { Name = "redirectPort" });
                    break;
                case "enabled":
                    break;
                default:
                    Notes.Add($"{Quote.Text(member.Name)} of its OAuth settings is left out: Steward has nothing like it.");
                    break;
            }
        }
    }

    /// <summary>Zed, in its first form: <c>"command": { "path": …, "args": …, "env": … }</c>.</summary>
    private void TakeOldCommand(ConfigNode command)
    {
        foreach (var member in LastOfEach(command))
            Take(member.Name == "path" ? member with { Name = "command" } : member);
    }

    private void TakeType(ConfigProperty member)
    {
        if (member.Value.Kind != JsonValueKind.String)
            return;
        var type = member.Value.Text switch
        {
            "local" => "stdio",
            "streamable" or "remote" => "http",
            var other => other,
        };
        _members.RemoveAll(earlier => earlier.Name == "type"); // the client's word wins over what its key of the address means
        _members.Add(Text("type", member, type));
    }

    private void TakeDisabled(ConfigProperty member)
    {
        var isTrue = member.Value.Kind == JsonValueKind.True;
        var isDisabled = isTrue == (member.Name == "disabled");
        if ((isTrue || member.Value.Kind == JsonValueKind.False) && isDisabled && Find("disabled") is null)
            _members.Add(member with { Name = "disabled", Value = member.Value with { Kind = JsonValueKind.True } });
    }

    private void AddTime(string key, ConfigProperty member, TimeSpan unit)
    {
        var number = member.Value;
        if (number.Kind == JsonValueKind.Number && double.TryParse(number.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var count))
        {
            var milliseconds = Math.Clamp(Math.Round(count * unit.TotalMilliseconds), 1, Limits.DayMs);
            number = number with { Text = double.IsNaN(milliseconds) ? "1" : ((long)milliseconds).ToString(CultureInfo.InvariantCulture) };
        }

        _members.RemoveAll(earlier => earlier.Name == key);
        _members.Add(member with { Name = key, Value = number });
    }

    private void AddSection(string key, List<ConfigProperty> members)
    {
        if (members.Count > 0)
            _members.Add(new(key, members[0].Offset, new(JsonValueKind.Object, members[0].Offset) { Properties = members }));
    }

    private void AddText(List<ConfigProperty> members, string key, ConfigProperty member)
    {
        members.RemoveAll(earlier => earlier.Name == key);
        members.Add(member with { Name = key, Value = Translated(member.Value) });
    }

    private ConfigNode Texts(ConfigNode list) => list with { Items = [.. list.Items.Select(Translated)] };

    /// <summary>An object of texts. Numbers and switches are taken for texts, and null for nothing, as editors do.</summary>
    private ConfigNode Variables(ConfigNode section) => section with
    {
        Properties = [.. LastOfEach(section).Where(member => member.Value.Kind != JsonValueKind.Null).Select(member => member with { Value = Translated(AsText(member.Value)) })],
    };

    private static ConfigNode AsText(ConfigNode value) => value.Kind switch
    {
        JsonValueKind.Number => value with { Kind = JsonValueKind.String },
        JsonValueKind.True => value with { Kind = JsonValueKind.String, Text = "true" },
        JsonValueKind.False => value with { Kind = JsonValueKind.String, Text = "false" },
        _ => value,
    };

    private ConfigNode Translated(ConfigNode value) => value.Kind == JsonValueKind.String ? value with { Text = references.Translate(value.Text) } : value;

    private ConfigProperty? Find(string key) => _members.Find(member => member.Name == key);

    private static string VariableReference(ConfigNode name) => $"${{env:{name.Text}}}";

    private static ConfigProperty Text(string key, ConfigProperty place, string text) =>
        new(key, place.Offset, new(JsonValueKind.String, place.Value.Offset) { Text = text, End = place.Value.End });

    private static IEnumerable<ConfigProperty> LastOfEach(ConfigNode section) =>
        section.Properties.GroupBy(member => member.Name, StringComparer.Ordinal).Select(same => same.Last());
}
