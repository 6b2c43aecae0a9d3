using Steward.Cli;
using Steward.Server.Daemon;
using Steward.Tests.Server;
using Xunit;

namespace Steward.Tests.Cli;

/// <summary>The command line beside a host, without processes and network.</summary>
internal sealed class CliRig(HostRig? host, DataDirectory data)
{
    public string WorkingDirectory { get; init; } = data.Path;

    public string Input { get; init; } = "";

    /// <summary>Standard input, where a text is not enough.</summary>
    public TextReader? In { get; init; }

    /// <summary>Stands for the daemon; else it is the host.</summary>
    public Func<HttpMessageHandler>? Handler { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The home folder. There is none unless a test brings one.</summary>
    public string? Home { get; init; }

    /// <summary>Variables of the environment, beside those of the rig.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    public bool IsTerminal { get; init; }

    /// <summary>Stands for the browser. There is none unless a test brings one.</summary>
    public Func<string, bool> OpenBrowser { get; init; } = _ => false;

    /// <summary>Runs a command line to its end.</summary>
    public async Task<(int ExitCode, string Out, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var context = new CliContext
        {
            Out = output,
            Error = error,
            In = In ?? new StringReader(Input),
            Time = Time,
            WorkingDirectory = WorkingDirectory,
            IsTerminal = IsTerminal,
            Variables = name => name switch { "STEWARD_DATA" => data.Path, "HOME" => Home, _ => Variables.GetValueOrDefault(name) },
            Program = ["/opt/steward/steward"],
            OpenBrowser = OpenBrowser,
            Handler = Handler ?? (host is null ? null : host.CreateHandler),
        };
        var exitCode = await CommandLine.RunAsync(arguments, context, TestContext.Current.CancellationToken);
        return (exitCode, output.ToString(), error.ToString());
    }
}
