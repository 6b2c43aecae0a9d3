using Steward.Cli.Up;
using Steward.Discovery;
using Steward.Server.Daemon;

namespace Steward.Cli;

/// <summary>The world around the program: terminal, environment, clock. Tests have one of their own.</summary>
internal sealed class CliContext
{
    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    public required TextReader In { get; init; }

    /// <summary>Standard input and output as bytes.</summary>
    public Func<Stream> OpenInput { get; init; } = Console.OpenStandardInput;

    public Func<Stream> OpenOutput { get; init; } = Console.OpenStandardOutput;

    /// <summary>Whether <see cref="Out"/> is a terminal, where colours and redrawing are welcome.</summary>
    public bool IsTerminal { get; init; }

    public string WorkingDirectory { get; init; } = Environment.CurrentDirectory;

    public Func<string, string?> Variables { get; init; } = Environment.GetEnvironmentVariable;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Opens an address in a browser; gives whether it could.</summary>
    public Func<string, bool> OpenBrowser { get; init; } = Browser.TryOpen;

    /// <summary>The keys of the terminal; null where there are none.</summary>
    public Func<TerminalKeys?> OpenKeys { get; init; } = TerminalKeys.Open;

    /// <summary>The configuration file where the command line names none; null: the one of the folder.</summary>
    public string? ConfigVariable => Variables("STEWARD_CONFIG") is { Length: > 0 } file ? file : null;

    /// <summary>Carries requests to the daemon; null for the network.</summary>
    public Func<HttpMessageHandler>? Handler { get; init; }

    /// <summary>Where servers are looked for; null for this machine.</summary>
    public DiscoveryContext? Machine { get; init; }

    public static CliContext OfProcess() => new()
    {
        Out = Console.Out,
        Error = Console.Error,
        In = Console.In,
        IsTerminal = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is not "dumb",
    };

    /// <summary>How this program is started: the file, and arguments before all others.</summary>
    public IReadOnlyList<string> Program { get; init; } = ProgramOfProcess();

    /// <summary>The machine on which servers and clients are looked for.</summary>
    public DiscoveryContext CreateDiscoveryContext() => Machine ?? (DiscoveryContext.OfThisMachine() is var machine && Variables(OperatingSystem.IsWindows() ? "USERPROFILE" : "HOME") is { Length: > 0 } home
        ? machine with { Home = home, WorkingDirectory = WorkingDirectory, Variables = Variables, Time = Time }
        : machine with { WorkingDirectory = WorkingDirectory, Variables = Variables, Time = Time });

    public DataDirectory FindData(string? option) => DataDirectory.Find(option, Variables);

    private static IReadOnlyList<string> ProgramOfProcess()
    {
        var program = Environment.ProcessPath ?? "steward";
        return Path.GetFileNameWithoutExtension(program) == "dotnet" ? [program, Path.Combine(AppContext.BaseDirectory, "Steward.Cli.dll")] : [program];
    }
}
