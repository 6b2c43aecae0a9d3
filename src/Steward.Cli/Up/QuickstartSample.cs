using System.ComponentModel;
using System.Diagnostics;

namespace Steward.Cli.Up;

/// <summary>The sample that runs when there is no configuration: four servers from npm, installed on first use.</summary>
internal sealed class QuickstartSample(string directory)
{
    public string ConfigFile => Path.Combine(directory, "steward.json");

    private string LockFile => Path.Combine(directory, "package-lock.json");

    /// <summary>What was installed: a copy of the lock file, made when npm was done.</summary>
    private string InstalledFile => Path.Combine(directory, "node_modules", ".steward-lock");

    /// <summary>The sample of the clone from which the program was started; null where there is none.</summary>
    public static QuickstartSample? Find(CliContext context) =>
        context.Variables("STEWARD_HOME") is { Length: > 0 } home && Directory.Exists(Path.Combine(home, "samples", "quickstart"))
            ? new(Path.Combine(home, "samples", "quickstart"))
            : null;

    /// <summary>Installs the servers unless they are.</summary>
    /// <exception cref="CliException">That failed.</exception>
    public async Task InstallAsync(CliContext context, CancellationToken cancellationToken)
    {
        var wanted = await File.ReadAllBytesAsync(LockFile, cancellationToken);
        byte[] installed = File.Exists(InstalledFile) ? await File.ReadAllBytesAsync(InstalledFile, cancellationToken) : [];
        if (wanted.AsSpan().SequenceEqual(installed))
            return;

        context.Error.WriteLine("steward: installing the sample's servers with npm, once ...");
        var start = new ProcessStartInfo("npm", ["ci", "--no-audit", "--no-fund", "--no-update-notifier"])
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var npm = Start(start);
        npm.StandardInput.Close();
        var output = npm.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = npm.StandardError.ReadToEndAsync(cancellationToken);
        try
        {
            await npm.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            npm.Kill(entireProcessTree: true);
            throw;
        }

        if (npm.ExitCode != 0)
            throw new CliException(ExitCodes.Failure, $"'npm ci' in {directory} failed with exit code {npm.ExitCode}:\n{await output}{await errors}");
        await File.WriteAllBytesAsync(InstalledFile, wanted, cancellationToken);
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception missing)
        {
            throw new CliException(ExitCodes.Failure,
                "The sample needs Node.js 20 or later, and there is no 'npm' on PATH. Install it, or write a steward.json of your own (docs/configuration.md).", missing);
        }
    }
}
