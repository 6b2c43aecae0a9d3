using System.CommandLine;

namespace Steward.Cli.Verbs;

/// <summary>A verb about a configuration file: the daemon's own, or another one.</summary>
internal abstract class ConfigVerb : DaemonVerb
{
    private readonly Argument<string?> _file = new("FILE") { Description = "Another configuration file than the one that the daemon was started with", Arity = ArgumentArity.ZeroOrOne };

    protected ConfigVerb(CliContext context, string name, string description)
        : base(context, name, description) => Arguments.Add(NoOption(_file));

    /// <summary>The file as the daemon, whose folder is another, finds it; <see langword="null"/> for its own.</summary>
    protected string? FileOf(ParseResult arguments) => arguments.GetValue(_file) is { } file ? Path.GetFullPath(file, Context.WorkingDirectory) : null;
}
