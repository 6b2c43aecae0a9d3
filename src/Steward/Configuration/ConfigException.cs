namespace Steward.Configuration;

/// <summary>A configuration cannot be used. Lists every problem, so that the operator mends the file once.</summary>
public sealed class ConfigException : Exception
{
    /// <summary>Creates the exception for a list of problems.</summary>
    public ConfigException(IReadOnlyList<ConfigProblem> problems)
        : base(string.Join(Environment.NewLine, problems)) => Problems = problems;

    /// <summary>Every problem, in the order of the file.</summary>
    public IReadOnlyList<ConfigProblem> Problems { get; }
}
