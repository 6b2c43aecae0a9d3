using Steward.Configuration;

namespace Steward.Cli.Output;

/// <summary>What is wrong with a configuration, for people.</summary>
internal static class ProblemText
{
    public static string Of(ConfigException unusable) => unusable.Problems.Count == 1
        ? SafeText.Line(unusable.Problems[0].ToString())
        : $"the configuration has {unusable.Problems.Count} problems:\n{string.Join('\n', unusable.Problems.Select(problem => "  " + SafeText.Line(problem.ToString())))}";
}
