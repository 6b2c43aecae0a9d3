using Steward.Cli.Client;
using Steward.Cli.Output;
using Steward.Server.Api;
using Steward.Supervision;

namespace Steward.Cli.Registry;

/// <summary>Says what became of a server that was added or changed.</summary>
internal static class Outcome
{
    /// <param name="context">Where it is said.</param>
    /// <param name="raw">The server, as the API gives it.</param>
    /// <param name="json">Whether to say just that.</param>
    /// <param name="done">What was done, such as "added".</param>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static int Report(CliContext context, string raw, bool json, string done) =>
        Report(context, raw, json, entry => $"{SafeText.Line(entry.Id)} is {done}; it is {entry.State}");

    /// <param name="context">Where it is said.</param>
    /// <param name="raw">The server, as the API gives it.</param>
    /// <param name="json">Whether to say just that.</param>
    /// <param name="describe">Says to people what was done.</param>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static int Report(CliContext context, string raw, bool json, Func<DefinitionEntry, string> describe)
    {
        var entry = DaemonClient.ParseDefinition(raw);
        var failed = entry.State is ServerState.FailedToStart or ServerState.Crashed or ServerState.Restarting;
        context.Out.WriteLine(json ? raw : describe(entry));
        foreach (var warning in entry.Warnings ?? [])
            context.Error.WriteLine($"steward: warning: {SafeText.Line(warning)}");
        if (failed)
            context.Error.WriteLine($"steward: {SafeText.Line(entry.Id)} does not run: {SafeText.Line(entry.LastError).TrimEnd('.')}. 'steward logs {SafeText.Line(entry.Id)}' may tell more; 'steward remove {SafeText.Line(entry.Id)}' takes it back.");
        return failed ? ExitCodes.Failure : ExitCodes.Success;
    }
}
