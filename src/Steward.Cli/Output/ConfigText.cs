using Steward.Server.Reload;

namespace Steward.Cli.Output;

/// <summary>What people should know of the configuration: nothing, as long as all is well.</summary>
internal static class ConfigText
{
    public static IEnumerable<string> Of(ConfigState config)
    {
        foreach (var problem in config.Problems)
            yield return $"{problem} The configuration before still holds.";
        if (config.NeedsRestart.Count > 0)
            yield return $"the configuration says something else that holds from the next 'steward down' and 'steward up' on: {string.Join(", ", config.NeedsRestart)}";
        foreach (var failure in config.Failures)
            yield return $"{failure.Server} is not as the configuration wants it: {failure.Error}";
    }
}
