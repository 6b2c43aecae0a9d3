using System.CommandLine;
using Steward.Cli.Client;
using Steward.Cli.Registry;

namespace Steward.Cli.Verbs;

/// <summary><c>steward get SERVER</c></summary>
internal sealed class GetVerb : DaemonVerb
{
    private readonly Argument<string> _server = new("SERVER") { Description = "The server" };

    public GetVerb(CliContext context)
        : base(context, "get", "Show how a server is defined, with its secrets masked") => Arguments.Add(NoOption(_server));

    public override IReadOnlyList<(string Line, string Effect)> Examples { get; } =
    [
        ("steward get files", "its definition, where it came from, and since when"),
        ("steward get files --json | jq .definition", "the section that a configuration file would have"),
    ];

    protected override async Task<int> RunAsync(DaemonClient daemon, ParseResult arguments, CancellationToken cancellationToken)
    {
        var raw = await daemon.ReadDefinitionAsync(arguments.GetValue(_server)!, cancellationToken);
        if (arguments.GetValue(Json))
            Context.Out.WriteLine(raw);
        else
            DefinitionText.Write(Context.Out, DaemonClient.ParseDefinition(raw));
        return ExitCodes.Success;
    }
}
