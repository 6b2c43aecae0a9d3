using System.CommandLine;
using Steward.Cli.Client;
using Steward.Cli.Output;
using Steward.Supervision;

namespace Steward.Cli.Verbs;

/// <summary><c>steward login SERVER</c>: the daemon begins, a person goes on in a browser, the daemon takes the browser back.</summary>
internal sealed class LoginVerb : DaemonVerb
{
    private readonly Argument<string> _server = new("SERVER") { Description = "A remote server that wants a login" };
    private readonly Option<bool> _noBrowser = new("--no-browser") { Description = "Only write the address; open it yourself, in a browser of the daemon's machine" };

    public LoginVerb(CliContext context)
        : base(context, "login", "Log in to a remote server")
    {
        Arguments.Add(NoOption(_server));
        Options.Add(_noBrowser);
    }

    public override IReadOnlyList<(string Line, string Effect)> Examples { get; } =
    [
        ("steward login search", "open the browser, log in there, and wait until the server runs"),
        ("steward login search --no-browser", "the same, where the browser cannot be opened from here"),
    ];

    protected override async Task<int> RunAsync(DaemonClient daemon, ParseResult arguments, CancellationToken cancellationToken)
    {
        var id = arguments.GetValue(_server)!;
        var address = await daemon.BeginLoginAsync(id, cancellationToken);
        // To the error output, where --json leaves it readable for a person.
        Context.Error.WriteLine($"To log in, open {SafeText.Line(address, int.MaxValue)}");
        if (!arguments.GetValue(_noBrowser) && !Context.OpenBrowser(address))
            Context.Error.WriteLine("No browser could be opened from here.");

        var raw = await daemon.WaitForLoginAsync(id, cancellationToken);
        var status = DaemonClient.ParseServer(raw);
        var isRunning = status.State == ServerState.Running;
        if (arguments.GetValue(Json))
            Context.Out.WriteLine(raw);
        else if (isRunning || status.State == ServerState.Disabled)
            Context.Out.WriteLine($"Logged in. {status.Id} is {status.State}");
        if (!isRunning && status.State != ServerState.Disabled)
            Context.Error.WriteLine($"steward: logged in, but {status.Id} is {status.State}{(status.LastError is { } error ? $": {SafeText.Line(error)}" : "")}.");
        return isRunning || status.State == ServerState.Disabled ? ExitCodes.Success : ExitCodes.Failure;
    }
}
