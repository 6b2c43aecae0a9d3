using Steward.Configuration;
using Steward.Configuration.Keys;

namespace Steward.Discovery;

/// <summary>Checks declarations that were put together from what strangers wrote: what the configuration would refuse must not get into it.</summary>
internal static class DiscoveredConfig
{
    /// <summary>What is wrong with a declaration; null when it can be added.</summary>
    public static string? ProblemOf(ServerConfig config)
    {
        var problems = new List<string?> { About("id", config.Id, TextRules.ServerId) };
        if (config.Transport == ServerTransport.Stdio)
        {
            problems.Add(About("command", config.Command ?? "", TextRules.NotEmpty));
            problems.AddRange(config.Args.Select((text, i) => About($"args[{i}]", text, TextRules.Any)));
            problems.AddRange(config.Env.Select(pair => About("env", pair.Key, TextRules.VariableName) ?? About($"env.{pair.Key}", pair.Value, TextRules.Any)));
        }
        else
        {
            // With a reference in it nobody knows yet what it comes to; an escaped one is text as any other.
            if (config.Url?.Replace("$${", "", StringComparison.Ordinal).Contains("${", StringComparison.Ordinal) != true)
                problems.Add(About("url", config.Url ?? "", TextRules.RemoteUrl));
            problems.AddRange(config.Headers.Select(pair => About("headers", pair.Key, TextRules.HeaderName) ?? About($"headers.{pair.Key}", pair.Value, TextRules.HeaderValue)));
        }

        return problems.FirstOrDefault(problem => problem is not null);
    }

    private static string? About(string key, string text, TextRule rule)
    {
        if (rule.Complain(text) is { } problem)
            return $"its {key} {problem}";
        // What is run or asked must be what was published, to the letter.
        return text.Contains('\uFFFD', StringComparison.Ordinal) ? $"its {key} holds U+FFFD, in place of a character that could not be read" : null;
    }
}
