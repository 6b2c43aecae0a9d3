using System.CommandLine;
using Steward.Cli.Client;

namespace Steward.Cli.Verbs;

/// <summary><c>steward logout SERVER</c></summary>
internal sealed class LogoutVerb : DaemonVerb
{
    private readonly Argument<string> _server = new("SERVER") { Description = "A remote server to which somebody logged in" };

    public LogoutVerb(CliContext context)
        : base(context, "logout", "Forget the login to a remote server, and stop it") => Arguments.Add(NoOption(_server));

    public override IReadOnlyList<(string Line, string Effect)> Examples { get; } =
    [
        ("steward logout search", "forget the tokens; the server stays down until the next login"),
    ];

    protected override async Task<int> RunAsync(DaemonClient daemon, ParseResult arguments, CancellationToken cancellationToken)
    {
        var raw = await daemon.LogoutAsync(arguments.GetValue(_server)!, cancellationToken);
        var status = DaemonClient.ParseServer(raw);
        Context.Out.WriteLine(arguments.GetValue(Json) ? raw : $"Logged out. {status.Id} is {status.State}");
        return ExitCodes.Success;
    }
}
