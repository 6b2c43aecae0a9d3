using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Steward.Cli.Verbs;

namespace Steward.Cli;

/// <summary>The help: the standard one, and after it examples, or the exit codes.</summary>
internal sealed class HelpText : SynchronousCommandLineAction
{
    private readonly HelpAction _standard = new();

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        _standard.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        if (parseResult.CommandResult.Command is Verb verb)
            WriteExamples(output, verb);
        else
            WriteExitCodes(output);
        return ExitCodes.Success;
    }

    private static void WriteExamples(TextWriter output, Verb verb)
    {
        output.WriteLine("Examples:");
        foreach (var (line, effect) in verb.Examples)
        {
            output.WriteLine($"  {line}");
            output.WriteLine($"      {effect}");
        }

        output.WriteLine();
    }

    private static void WriteExitCodes(TextWriter output)
    {
        output.WriteLine("Begin with 'steward up'. Then 'steward VERB --help' shows examples of each verb.");
        output.WriteLine();
        output.WriteLine("Exit codes:");
        foreach (var (code, meaning) in ExitCodes.All)
            output.WriteLine($"  {code,-4} {meaning}");
        output.WriteLine();
    }
}
