using Steward.Cli;
using Steward.Cli.Signals;
using Steward.Processes;

using var survives = FileSizeSignal.Survive();

// The angel comes first: it lives as long as what it watches, so nothing that it does not need may be loaded before.
if (!Angel.IsDaemon && Angel.IsSupported)
{
    var invocation = new Invocation(args);
    if (invocation.IsUp)
        return Angel.Run(args, ControllingTerminal.IsOpen);
    if (invocation.IsSolo(Environment.GetEnvironmentVariable) && Angel.TryRunOnce(args, ControllingTerminal.IsOpen) is { } code)
        return code;
}

Angel.GuardDaemon();
return await CommandLine.RunAsync(args, CliContext.OfProcess(), CancellationToken.None);
