namespace Steward.Configuration;

/// <summary>A configuration cannot be used. Lists every problem, so that the operator mends the file once.</summary>
public sealed class ConfigException : Exception
{
    /// <summary>Creates the exception for a list of problems.</summary>
    public ConfigException(IReadOnlyList<ConfigProblem> problems)
        : this(problems, [])
    {
    }

    /// <summary>Creates the exception for a list of problems and the warnings that may explain them, such as a mistyped key.</summary>
    public ConfigException(IReadOnlyList<ConfigProblem> problems, IReadOnlyList<ConfigProblem> warnings)
        : base(string.Join(Environment.NewLine, problems.Select(problem => problem.ToString()).Concat(warnings.Select(warning => $"{warning} (warning)"))))
    {
        Problems = problems;
        Warnings = warnings;
    }

    /// <summary>Every problem, in the order of the file.</summary>
    public IReadOnlyList<ConfigProblem> Problems { get; }

    /// <summary>What alone would not have hindered anything.</summary>
    public IReadOnlyList<ConfigProblem> Warnings { get; }
}
