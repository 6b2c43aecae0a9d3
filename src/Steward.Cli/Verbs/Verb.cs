using System.CommandLine;

namespace Steward.Cli.Verbs;

/// <summary>A verb of the command line, with examples for its help.</summary>
internal abstract class Verb : Command
{
    protected Verb(CliContext context, string name, string description)
        : base(name, description)
    {
        Context = context;
        SetAction(RunAsync);
    }

    /// <summary>Command lines to learn from, each with what it does.</summary>
    public abstract IReadOnlyList<(string Line, string Effect)> Examples { get; }

    protected CliContext Context { get; }

    protected Option<bool> Json { get; } = new("--json") { Description = "Write JSON for scripts" };

    /// <summary>Does it.</summary>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    /// <exception cref="CliException">It cannot be done.</exception>
    protected abstract Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken);
}
