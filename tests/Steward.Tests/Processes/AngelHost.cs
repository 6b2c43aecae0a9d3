using System.Diagnostics;
using Steward.Processes;
using Xunit;

namespace Steward.Tests.Processes;

/// <summary>A real angel with a real daemon, in processes of their own.</summary>
internal sealed class AngelHost : IDisposable
{
    private static readonly string Program = Path.Combine(
        AppContext.BaseDirectory.Replace("Steward.Tests", "Steward.ProcessHost", StringComparison.Ordinal), "Steward.ProcessHost");

    private readonly Process _angel;

    private AngelHost(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        _angel = Process.Start(start)!;
    }

    public int Id => _angel.Id;

    public int Daemon { get; private set; }

    public StreamReader Errors => _angel.StandardError;

    public static AngelHost Start(params string[] arguments) => new(new ProcessStartInfo(Program, arguments));

    /// <summary>Starts it from a copy that is the caller's, to do with as he likes.</summary>
    /// <returns>The host, and the program that it runs.</returns>
    public static (AngelHost Host, string Program) StartCopy(string folder, params string[] arguments)
    {
        // By another process: what this one writes is open in whatever another test is just starting, too, and cannot be run meanwhile.
        using (var copying = Process.Start("cp", [.. Directory.GetFiles(Path.GetDirectoryName(Program)!), folder]))
        {
            copying.WaitForExit();
            Assert.Equal(0, copying.ExitCode);
        }

        var copy = Path.Combine(folder, Path.GetFileName(Program));
        return (new(new ProcessStartInfo(copy, arguments)), copy);
    }

    public static AngelHost StartWithLedger(string ledger, params string[] arguments) =>
        new(new ProcessStartInfo(Program, arguments) { Environment = { ["PROCESS_HOST_LEDGER"] = ledger } });

    public static AngelHost StartWithSharedHost(params string[] arguments) =>
        new(new ProcessStartInfo("dotnet", [Program + ".dll", .. arguments]));

    /// <summary>Reads until the daemon says that it is ready: its id, and those of the processes under it.</summary>
    public async Task<(int Daemon, List<Watched> Others)> ReadyAsync()
    {
        var (daemon, others) = (Daemon, new List<Watched>());
        for (var line = await LineAsync(); line != "ready"; line = await LineAsync())
        {
            switch (line.Split(' '))
            {
                case ["daemon", var id]:
                    daemon = int.Parse(id);
                    break;
                case ["pid", var id]:
                    others.Add(new Watched(int.Parse(id)));
                    break;
            }
        }

        return (daemon, others);
    }

    /// <summary>How many orphans the daemon found at its start.</summary>
    public async Task<int> ReapedAsync()
    {
        Daemon = int.Parse((await LineAsync())["daemon ".Length..]);
        return int.Parse((await LineAsync())["reaped ".Length..]);
    }

    public async Task<string> LineAsync() =>
        await _angel.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken)
        ?? throw new InvalidOperationException("The host has ended: " + await Errors.ReadToEndAsync(TestContext.Current.CancellationToken));

    public async Task<int> ExitAsync()
    {
        await _angel.WaitForExitAsync(TestContext.Current.CancellationToken);
        return _angel.ExitCode;
    }

    public void Signal(int signal) => Posix.Signal(Id, signal);

    public void Dispose()
    {
        if (!_angel.HasExited)
        {
            // Three stops make the angel end the daemon and all below it at once.
            for (var i = 0; i < 3; i++)
                Signal(Posix.SigTerm);
            if (!_angel.WaitForExit(TimeSpan.FromSeconds(10)))
                _angel.Kill(entireProcessTree: true);
        }

        _angel.Dispose();
    }
}
