using Steward.Supervision;

namespace Steward.Upstreams.Instances;

/// <summary>What the statuses of several processes add up to. Pure.</summary>
internal static class InstanceFacts
{
    private const int MostNamed = 3;

    /// <summary>The facts of the run.</summary>
    /// <param name="lead">The one that speaks for all.</param>
    /// <param name="all">What is known of each.</param>
    public static RunFacts Of(ServerStatus lead, InstanceStatus[] all) => new()
    {
        Transport = lead.Transport,
        Revision = lead.Revision,
        ServerName = lead.ServerName,
        ToolCount = lead.ToolCount,
        PromptCount = lead.PromptCount,
        ResourceCount = lead.ResourceCount,
        IsolationReason = lead.IsolationReason,
        SessionProcesses = lead.SessionProcesses,
        Instances = all,
        Missing = Missing(all),
    };

    /// <summary>What is wrong with them, those first of which the most have it.</summary>
    private static string? Missing(InstanceStatus[] statuses)
    {
        var problems = statuses.Where(static status => status.Problem is not null).GroupBy(static status => status.Problem).OrderByDescending(static same => same.Count()).ToArray();
        if (problems.Length == 0)
            return null;
        var named = problems.Take(MostNamed).Select(static same => $"{(same.Count() > 1 ? "instances" : "instance")} {string.Join(", ", same.Select(static status => status.Number))}: {same.Key}");
        var rest = problems.Skip(MostNamed).Sum(static same => same.Count());
        var running = statuses.Count(static status => status.State == ServerState.Running);
        var counted = running < statuses.Length ? [$"{running} of {statuses.Length} instances run"] : Array.Empty<string>();
        return string.Join("; ", counted.Concat(named).Concat(rest > 0 ? [$"and {rest} more"] : []));
    }
}
