using System.CommandLine;
using System.Text.Json.Nodes;
using Steward.Cli.Client;
using Steward.Cli.Output;
using Steward.Cli.Registry;

namespace Steward.Cli.Verbs;

/// <summary><c>steward request SERVER METHOD [JSON]</c></summary>
internal sealed class RequestVerb : DaemonVerb
{
    private readonly Argument<string> _server = new("SERVER") { Description = "The server" };
    private readonly Argument<string> _method = new("METHOD") { Description = "The method, such as resources/list" };
    private readonly Argument<string?> _params = new("JSON")
    {
        Description = "Its params: a JSON object, @FILE to read it from a file, or - to read it from standard input. Default: none",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<double?> _timeout = new("--timeout") { Description = "How long to wait for an answer. Default: the server's requestTimeoutMs", HelpName = "SECONDS" };

    public RequestVerb(CliContext context)
        : base(context, "request", "Make a request of any method and print the result as the server sent it")
    {
        Arguments.Add(NoOption(_server));
        Arguments.Add(NoOption(_method));
        Arguments.Add(NoOption(_params));
        Options.Add(_timeout);
    }

    public override IReadOnlyList<(string Line, string Effect)> Examples { get; } =
    [
        ("steward request files tools/list", "everything about its tools"),
        ("steward request files resources/read '{\"uri\": \"file:///srv/readme\"}' --timeout 5", "with params, for five seconds at most"),
    ];

    protected override async Task<int> RunAsync(DaemonClient daemon, ParseResult arguments, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["method"] = arguments.GetValue(_method) };
        if (arguments.GetValue(_params) is { } given)
            body["params"] = JsonNode.Parse(await JsonArgument.ReadAsync(given, "the params", Context, cancellationToken));
        if (arguments.GetValue(_timeout) is { } seconds)
            body["timeoutMs"] = seconds is > 0 and <= 86_400 ? (int)Math.Ceiling(seconds * 1000) : throw new CliException(ExitCodes.Usage, "--timeout must be a number of seconds above 0, and at most a day.");
        var result = await daemon.RequestAsync(arguments.GetValue(_server)!, body.ToJsonString(), cancellationToken);
        Context.Out.WriteLine(arguments.GetValue(Json) ? result : SafeText.Lines(JsonText.Indent(result)));
        return ExitCodes.Success;
    }
}
