using Steward.Cli;
using Steward.Processes;

// The angel comes first: it lives as long as the daemon, so nothing that it does not need may be loaded before.
if (!Angel.IsDaemon && Angel.IsSupported && Invocation.IsUp(args))
    return Angel.Run(args);

Angel.GuardDaemon();
return await CommandLine.RunAsync(args, CliContext.OfProcess(), CancellationToken.None);
