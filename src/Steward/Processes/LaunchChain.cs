using System.ComponentModel;
using System.Diagnostics;

namespace Steward.Processes;

/// <summary>
/// What a command is started through: <c>setpriv</c> has the kernel kill it when the spawning thread ends, <c>setsid</c> gives
/// it a session and process group of its own, <c>env</c> undoes the ignored SIGPIPE that children inherit from .NET. Each
/// replaces itself by the next, so the process id stays the same. Where there are control groups, <c>sh</c> goes into that of the run first.
/// </summary>
internal sealed record LaunchChain
{
    // Long: a machine that is just busy must not be taken for one without it, for that holds as long as the spawner.
    private static readonly TimeSpan ProbeTime = TimeSpan.FromSeconds(30);
    private static readonly string[] ParentDeath = ["setpriv", "--pdeathsig", "KILL", "--"];

    // Into its control group before anything else, for whatever it starts is born there. That it works is seen afterwards.
    private static readonly string[] Entering = ["/bin/sh", "-c", "{ echo 0 > \"$0\"; } 2>/dev/null; exec \"$@\""];
    private static readonly string[] Session = ["setsid", "--"];
    private static readonly string[] Signals = ["env", "--default-signal=PIPE", "--"];

    private readonly List<string> _words = [];
    private readonly Lazy<bool> _canLimitFiles = new(() => OperatingSystem.IsLinux()
        && (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => Posix.IsExecutable(Path.Join(folder, "prlimit"))));

    private LaunchChain()
    {
    }

    /// <summary>No chain: the command is started as it is.</summary>
    public static LaunchChain None { get; } = new();

    /// <summary>Whether a child leads its own session and process group.</summary>
    public bool OwnsSession { get; private init; }

    /// <summary>The links that did not work here, though they should.</summary>
    public IReadOnlyList<string> Missing { get; private init; } = [];

    /// <summary>Whether a limit of open files can be set, which <c>prlimit</c> does.</summary>
    public bool CanLimitFiles => _canLimitFiles.Value;

    private bool RestoresSignals { get; init; }

    /// <summary>Tries every link once. Must run on the thread that starts the children: it starts some itself.</summary>
    public static LaunchChain Probe()
    {
        if (!OperatingSystem.IsLinux())
            return None;

        var death = Works(ParentDeath);
        var session = Works(Session);
        var signals = Works(Signals);
        var chain = new LaunchChain
        {
            OwnsSession = session,
            RestoresSignals = signals,
            Missing = [.. new[] { (death, "setpriv --pdeathsig"), (session, "setsid") }.Where(link => !link.Item1).Select(link => link.Item2)],
        };
        chain._words.AddRange((death ? ParentDeath : []).Concat(session ? Session : []));
        return chain;
    }

    /// <summary>Puts the command line together.</summary>
    /// <param name="start">What to start.</param>
    /// <param name="path">The program.</param>
    /// <param name="args">Its arguments.</param>
    /// <param name="openFiles">How many files it may have open; 0: as many as the system lets it.</param>
    /// <param name="entrance">The file of a control group to which the process writes itself; null: it is in none of its own.</param>
    public void Apply(ProcessStartInfo start, string path, IReadOnlyList<string> args, int openFiles = 0, string? entrance = null)
    {
        // A path with '=' would be an assignment to env.
        IEnumerable<string> signals = RestoresSignals && !path.Contains('=', StringComparison.Ordinal) ? Signals : [];
        // A limit above the system's may not be set, and need not.
        string[] files = openFiles > 0 && CanLimitFiles && openFiles < DescriptorReserve.Limit() ? ["prlimit", $"--nofile={openFiles}:{openFiles}", "--"] : [];
        string[] enter = entrance is null ? [] : [.. Entering, entrance];
        string[] words = [.. enter, .. _words, .. files, .. signals, path, .. args];
        start.FileName = words[0];
        foreach (var word in words[1..])
            start.ArgumentList.Add(word);
    }

    private static bool Works(string[] link)
    {
        try
        {
            var start = new ProcessStartInfo(link[0], [.. link[1..], "true"])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using var process = Process.Start(start);
            if (process is null || process.WaitForExit(ProbeTime))
                return process is { ExitCode: 0 };
            process.Kill();
            return false;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
