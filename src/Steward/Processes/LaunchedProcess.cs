using System.ComponentModel;
using System.Diagnostics;
using System.IO.Pipes;
using Microsoft.Extensions.Logging;
using Steward.Processes.Limits;
using Steward.Supervision;

namespace Steward.Processes;

/// <summary>A process of the operating system that leads its own group where the system allows, and the signals to it.</summary>
internal sealed class LaunchedProcess : IDisposable
{
    private const int PipeBytes = 256 * 1024;
    private const int TryAgain = 11; // EAGAIN of Linux

    private readonly TaskCompletionSource<int> _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Process _process = new() { EnableRaisingEvents = true };

    // The event comes from the process, not from the end of its output, which a grandchild may hold open.
    private LaunchedProcess() => _process.Exited += (_, _) => _gone.TrySetResult(_process.ExitCode);

    public ProcessIdentity Identity { get; private set; }

    /// <summary>The value of the marker in its environment, unless it acts on behalf of another run.</summary>
    public string Run { get; private init; } = "";

    /// <summary>Whether it leads a session and a process group of its own.</summary>
    public bool OwnsSession { get; private set; }

    /// <summary>Who keeps its limits.</summary>
    public KeptLimits Limits { get; private set; } = null!;

    /// <summary>Its exit code, as soon as it is gone.</summary>
    public Task<int> Gone => _gone.Task;

    // The base streams are epoll I/O. The readers above them are never used, and neither is FileStream: it would cost a
    // blocked thread per pipe.
    public Stream Input => _process.StandardInput.BaseStream;

    public Stream Output => _process.StandardOutput.BaseStream;

    public Stream Error => _process.StandardError.BaseStream;

    /// <exception cref="ServerLaunchException">It cannot be started; the message says why and what to do.</exception>
    public static async Task<LaunchedProcess> StartAsync(ProcessSpec spec, ProcessSpawner spawner, CancellationToken cancellationToken)
    {
        var path = CommandResolver.Resolve(spec);
        var chain = await spawner.Chain.WaitAsync(cancellationToken).ConfigureAwait(false);
        var launched = new LaunchedProcess { Run = spec.Run ?? RunMarker.NewRun(), OwnsSession = chain.OwnsSession };
        launched.Limits = KeptLimits.For(spec, launched.Run, chain, spawner.Delegation());
        try
        {
            launched.Prepare(spec);
            chain.Apply(launched._process.StartInfo, path, spec.Args, spec.Limits.MaxOpenFiles, launched.Limits.Entrance);
            spawner.Ledger?.Announce(launched.Run, spec.ServerId);
            launched.Identity = await spawner.StartAsync(launched._process, spec.IsServer, launched.Limits.Add, cancellationToken).ConfigureAwait(false);
            launched.GrowPipes();
            return launched;
        }
        catch (Exception exception)
        {
            spawner.Ledger?.Remove(launched.Run);
            launched.Limits.Dispose();
            launched._process.Dispose();
            if (exception is Win32Exception or InvalidOperationException)
                throw new ServerLaunchException($"Cannot start {spec.Called}: {path}: {Reason(exception)}", innerException: exception);
            throw;
        }
    }

    /// <summary>Sends a signal to the group. On Windows, which has none, only SIGKILL has an effect.</summary>
    public void Signal(int signal, ILogger logger)
    {
        if (Gone.IsCompleted)
            return;

        if (signal == Posix.SigKill && !OwnsSession)
        {
            KillTree(logger);
        }
        else if (!OperatingSystem.IsWindows() && !(OwnsSession && Posix.SignalGroup(Identity.Id, signal)))
        {
            // No group yet: in its first millisecond the process is still on its way through the launch chain.
            Posix.Signal(Identity.Id, signal);
        }
    }

    /// <summary>Takes a process that no signal ends for gone.</summary>
    public void GiveUp() => _gone.TrySetResult(SignalNames.ExitCodeOf(Posix.SigKill));

    /// <summary>Closes the pipes too. <see cref="Process"/> leaves streams that were touched open until a garbage collection.</summary>
    public void Dispose()
    {
        Input.Dispose();
        Output.Dispose();
        Error.Dispose();
        _process.Dispose();
    }

    private static string Reason(Exception failure) => failure is Win32Exception { NativeErrorCode: TryAgain } && OperatingSystem.IsLinux()
        ? "the system gives this user, or the control group of Steward, no more processes: raise the limit (TasksMax= of systemd, ulimit -u), or run fewer servers"
        : failure.Message;

    private void GrowPipes()
    {
        if (!OperatingSystem.IsLinux())
            return;
        foreach (var stream in (ReadOnlySpan<Stream>)[Input, Output])
        {
            if (stream is PipeStream pipe)
                Posix.GrowPipe(pipe.SafePipeHandle, PipeBytes);
        }
    }

    private void Prepare(ProcessSpec spec)
    {
        var start = _process.StartInfo;
        start.WorkingDirectory = spec.WorkingDirectory;
        start.UseShellExecute = false;
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        foreach (var (name, value) in spec.Env)
            start.Environment[name] = value;
        start.Environment[RunMarker.ServerVariable] = spec.ServerId;
        start.Environment[RunMarker.RunVariable] = spec.OnBehalfOf ?? Run;
    }

    private void KillTree(ILogger logger)
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception exception) when (exception is InvalidOperationException or Win32Exception or AggregateException)
        {
            logger.KillFailed(Identity.Id, exception.Message);
        }
    }
}
