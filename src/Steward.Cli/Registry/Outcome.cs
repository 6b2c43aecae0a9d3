using Steward.Cli.Client;
using Steward.Cli.Output;
using Steward.Supervision;

namespace Steward.Cli.Registry;

/// <summary>Says what became of a server that was added or changed.</summary>
internal static class Outcome
{
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static int Report(CliContext context, string raw, bool json, string done)
    {
        var entry = DaemonClient.ParseDefinition(raw);
        var failed = entry.State is ServerState.FailedToStart or ServerState.Crashed or ServerState.Restarting;
        if (json)
            context.Out.WriteLine(raw);
        else
            context.Out.WriteLine($"{SafeText.Line(entry.Id)} is {done}; it is {entry.State}");
        foreach (var warning in entry.Warnings ?? [])
            context.Error.WriteLine($"steward: warning: {SafeText.Line(warning)}");
        if (failed)
            context.Error.WriteLine($"steward: {SafeText.Line(entry.Id)} does not run: {SafeText.Line(entry.LastError).TrimEnd('.')}. 'steward logs {SafeText.Line(entry.Id)}' may tell more; 'steward remove {SafeText.Line(entry.Id)}' takes it back.");
        return failed ? ExitCodes.Failure : ExitCodes.Success;
    }
}
