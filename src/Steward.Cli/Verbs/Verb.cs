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

    /// <summary>Keeps a mistyped option from being taken for the argument.</summary>
    protected static Argument<T> NoOption<T>(Argument<T> argument)
    {
        argument.Validators.Add(result =>
        {
            foreach (var word in result.Tokens.Select(token => token.Value).Where(word => word is ['-', _, ..]))
                result.AddError($"There is no option '{word}'.");
        });
        return argument;
    }

    /// <summary>Does it.</summary>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    /// <exception cref="CliException">It cannot be done.</exception>
    protected abstract Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken);
}
