// An angel and its daemon for tests, in the shape of `steward up`. The arguments are shell scripts; the daemon starts each
// as a server, passes on the lines that they write, and ends with exit code 0 on SIGTERM or SIGINT. With the one argument
// `exit:N` it ends at once with that code; with `deaf` it only says what it heard.
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging.Abstractions;
using Steward.Configuration;
using Steward.Processes;

if (!Angel.IsDaemon && args is not ["alone", ..])
    return Angel.Run(args, static () => false);

Angel.GuardDaemon();
Say($"daemon {Environment.ProcessId}");
if (args is [var only] && only.StartsWith("exit:", StringComparison.Ordinal))
    return int.Parse(only["exit:".Length..]);

var asked = new TaskCompletionSource<PosixSignal>(TaskCreationOptions.RunContinuationsAsynchronously);
using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Ask);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Ask);

var directory = Environment.GetEnvironmentVariable("PROCESS_HOST_LEDGER");
var ledger = directory is null ? null : new ProcessLedger(directory, NullLogger.Instance);
var spawner = new ProcessSpawner(NullLogger.Instance, ledger);
var log = new ServerLog("host", new ServerLogOptions(), TimeProvider.System, NullLogger.Instance);
if (ledger is not null)
    Say($"reaped {await ledger.ReapAsync(spawner.Sweeper)}");

foreach (var script in args.Where(argument => argument is not ("alone" or "deaf")))
{
    var spec = new ProcessSpec("host", "sh", ["-c", script], new Dictionary<string, string>(), Path.GetTempPath(), new ShutdownPolicy());
    var child = await ChildProcess.StartAsync(spec, spawner, log, TimeProvider.System, NullLogger.Instance, CancellationToken.None);
    var output = new StreamReader(child.Output);
    while (await output.ReadLineAsync() is { } line && line != "up")
        Say(line);
}

Say("ready");
Say($"asked {await asked.Task}");
return 0;

void Ask(PosixSignalContext context)
{
    context.Cancel = true;
    if (args is ["deaf"])
        Say($"heard {context.Signal}");
    else
        asked.TrySetResult(context.Signal);
}

static void Say(string line)
{
    Console.Out.WriteLine(line);
    Console.Out.Flush();
}
