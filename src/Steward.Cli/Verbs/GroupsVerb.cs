using System.CommandLine;
using System.Text.Json;
using Steward.Cli.Client;
using Steward.Cli.Output;
using Steward.Server.Api;

namespace Steward.Cli.Verbs;

/// <summary><c>steward groups</c></summary>
internal sealed class GroupsVerb(CliContext context) : DaemonVerb(context, "groups", "List the groups of servers, and where each is served")
{
    public override IReadOnlyList<(string Line, string Effect)> Examples { get; } =
    [
        ("steward groups", "name, endpoint, servers and number of tools of each"),
        ("steward groups --json | jq -r '.[] | .tools[]'", "what their tools are called"),
    ];

    protected override async Task<int> RunAsync(DaemonClient daemon, ParseResult arguments, CancellationToken cancellationToken)
    {
        var raw = await daemon.ReadGroupsAsync(cancellationToken);
        if (arguments.GetValue(Json))
        {
            Context.Out.WriteLine(raw);
            return ExitCodes.Success;
        }

        var groups = JsonSerializer.Deserialize(raw, ApiJson.Default.IReadOnlyListGroupFacts) ?? [];
        if (groups.Count == 0)
            Context.Out.WriteLine("There are no groups. A group is a part of the configuration: \"groups\": { \"NAME\": { \"servers\": [\"ID\"] } }.");
        else
            TextTable.Write(Context.Out, ["group", "endpoint", "servers", "tools", "description"], groups.Select(Cells));
        return ExitCodes.Success;
    }

    private static IReadOnlyList<string> Cells(GroupFacts group) =>
        [group.Name, group.Endpoint, string.Join(", ", group.Servers), $"{group.Tools.Count}", SafeText.Line(group.Description)];
}
