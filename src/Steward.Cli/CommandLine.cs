using System.CommandLine;
using System.CommandLine.Help;
using Steward.Cli.Output;
using Steward.Cli.Verbs;
using Steward.Configuration.Parsing;

namespace Steward.Cli;

/// <summary>The command line as a whole: its verbs, and what becomes of mistakes and failures.</summary>
internal static class CommandLine
{
    private const string Description = "Runs Model Context Protocol servers and serves them through one endpoint.";

    // '@file' is an argument of 'call' and must not be replaced by the file's words.
    private static readonly ParserConfiguration Parsing = new() { ResponseFileTokenReplacer = null };

    /// <summary>Runs a command line.</summary>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> RunAsync(string[] arguments, CliContext context, CancellationToken cancellationToken)
    {
        var parsed = Create(context).Parse(arguments, Parsing);
        if (parsed.Errors.Count > 0 && parsed.Action is not HelpText)
            return Complain(parsed, context);
        try
        {
            var configuration = new InvocationConfiguration
            {
                Output = context.Out,
                Error = context.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null, // signals are ours: 'up' stops gracefully
            };
            return await parsed.InvokeAsync(configuration, cancellationToken);
        }
        catch (CliException failure)
        {
            context.Error.WriteLine($"steward: {failure.Message}");
            return failure.ExitCode;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCodes.Interrupted;
        }
    }

    internal static Command Create(CliContext context)
    {
        // Not a RootCommand: that one calls itself by the name of the executable file.
        var root = new Command("steward", Description);
        root.Options.Add(CommonOptions.Data);
        root.Options.Add(new HelpOption { Action = new HelpText() });
        root.Options.Add(new VersionOption { Action = new VersionText() });
        foreach (var verb in VerbsOf(context))
            root.Subcommands.Add(verb);
        return root;
    }

    private static IEnumerable<Verb> VerbsOf(CliContext context) =>
    [
        new UpVerb(context), new StatusVerb(context), new StartVerb(context), new StopVerb(context), new RestartVerb(context), new CheckVerb(context),
        new PlanVerb(context), new ApplyVerb(context),
        new AddVerb(context), new RemoveVerb(context), new GetVerb(context), new ListVerb(context), new UpdateVerb(context),
        new EnableVerb(context), new DisableVerb(context), new HistoryVerb(context), new RequestVerb(context),
        new DiscoverVerb(context), new LoginVerb(context), new LogoutVerb(context),
        new LogsVerb(context), new ToolsVerb(context), new GroupsVerb(context), new CallVerb(context), new StdioVerb(context), new ImportVerb(context), new ExportVerb(context), new ConnectVerb(context), new DownVerb(context),
    ];

    private static int Complain(ParseResult parsed, CliContext context)
    {
        var command = parsed.CommandResult.Command;
        if (command is not Verb)
            context.Error.WriteLine($"steward: {ComplainOfVerb(parsed, command)}");
        foreach (var message in parsed.Errors.Select(error => error.Message).Distinct().Where(_ => command is Verb))
            context.Error.WriteLine($"steward: {SafeText.Line(message)}");
        context.Error.WriteLine($"'{(command is Verb ? $"steward {command.Name}" : "steward")} --help' shows how.");
        return ExitCodes.Usage;
    }

    private static string ComplainOfVerb(ParseResult parsed, Command root)
    {
        var verbs = root.Subcommands.Select(verb => verb.Name).ToList();
        if (parsed.UnmatchedTokens is not [var word, ..])
            return $"What to do? One of: {string.Join(", ", verbs)}.";
        return NearestName.Among(word, verbs) is { } nearest
            ? $"There is no '{SafeText.Line(word)}'. Did you mean '{nearest}'?"
            : $"There is no '{SafeText.Line(word)}'. There are: {string.Join(", ", verbs)}.";
    }
}
