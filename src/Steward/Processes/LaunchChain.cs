using System.ComponentModel;
using System.Diagnostics;

namespace Steward.Processes;

/// <summary>
/// What a command is started through: <c>setpriv</c> has the kernel kill it when the spawning thread ends, <c>setsid</c> gives
/// it a session and process group of its own, <c>env</c> undoes the ignored SIGPIPE that children inherit from .NET. Each
/// replaces itself by the next, so the process id stays the same.
/// </summary>
internal sealed record LaunchChain
{
    private static readonly TimeSpan ProbeTime = TimeSpan.FromSeconds(5);
    private static readonly string[] ParentDeath = ["setpriv", "--pdeathsig", "KILL", "--"];
    private static readonly string[] Session = ["setsid", "--"];
    private static readonly string[] Signals = ["env", "--default-signal=PIPE", "--"];

    private readonly List<string> _words = [];

    private LaunchChain()
    {
    }

    /// <summary>No chain: the command is started as it is.</summary>
    public static LaunchChain None { get; } = new();

    /// <summary>Whether a child leads its own session and process group.</summary>
    public bool OwnsSession { get; private init; }

    /// <summary>The links that did not work here, though they should.</summary>
    public IReadOnlyList<string> Missing { get; private init; } = [];

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
    public void Apply(ProcessStartInfo start, string path, IReadOnlyList<string> args)
    {
        // A path with '=' would be an assignment to env.
        IEnumerable<string> signals = RestoresSignals && !path.Contains('=', StringComparison.Ordinal) ? Signals : [];
        string[] words = [.. _words, .. signals, path, .. args];
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
            return process is not null && process.WaitForExit(ProbeTime) && process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
