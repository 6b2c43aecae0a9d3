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

    /// <summary>Carries requests to the daemon; null for the network.</summary>
    public Func<HttpMessageHandler>? Handler { get; init; }

    public static CliContext OfProcess() => new()
    {
        Out = Console.Out,
        Error = Console.Error,
        In = Console.In,
        IsTerminal = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is not "dumb",
    };

    public DataDirectory FindData(string? option) => DataDirectory.Find(option, Variables);
}
