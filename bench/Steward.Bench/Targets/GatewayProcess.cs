using System.Diagnostics;
using Steward.Bench.Native;

namespace Steward.Bench.Targets;

/// <summary>A program under test: its output goes to a file, and it ends with everything it started.</summary>
internal sealed class GatewayProcess : IAsyncDisposable
{
    private const int Terminate = 15;
    private const int Kill = 9;
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    private readonly Process _process;

    private GatewayProcess(Process process, string logFile) => (_process, LogFile) = (process, logFile);

    internal int Id => _process.Id;

    internal string LogFile { get; }

    /// <summary>Starts a command in a directory; the shell only redirects and is replaced by it.</summary>
    internal static GatewayProcess Start(string directory, string name, string command, params IEnumerable<string> arguments)
    {
        var log = Path.Combine(directory, $"{name}.log");
        var start = new ProcessStartInfo("sh", ["-c", "log=$1; shift; exec \"$@\" >\"$log\" 2>&1 </dev/null", "sh", log, command, .. arguments])
        {
            WorkingDirectory = directory,
        };
        start.Environment["HOME"] = directory; // nobody's own settings, caches or logs
        start.Environment["XDG_STATE_HOME"] = start.Environment["XDG_DATA_HOME"] = start.Environment["XDG_CONFIG_HOME"] = directory;
        return new GatewayProcess(Process.Start(start) ?? throw new BenchException($"{command} did not start."), log);
    }

    /// <summary>Tries until it works, while the process lives.</summary>
    internal async Task<T> UntilAsync<T>(string what, Func<T?> attempt, CancellationToken cancellationToken)
        where T : class
    {
        var started = Stopwatch.GetTimestamp();
        Exception? last = null;
        while (Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(60) && !_process.HasExited)
        {
            try
            {
                if (attempt() is { } result)
                    return result;
            }
            catch (Exception problem) when (problem is IOException or BenchException or System.Net.Sockets.SocketException or System.Text.Json.JsonException)
            {
                last = problem;
            }

            await Task.Delay(Step, TimeProvider.System, cancellationToken);
        }

        var tail = string.Join('\n', File.ReadLines(LogFile).TakeLast(15));
        throw new BenchException($"{what}: not within 60 s ({(_process.HasExited ? $"exit code {_process.ExitCode}" : last?.Message)}). Its output ends:\n{tail}");
    }

    /// <summary>Asks it to end, then insists; afterwards sees to every process it had below it.</summary>
    public async ValueTask DisposeAsync()
    {
        var below = ProcessFacts.Descendants(Id);
        if (!_process.HasExited)
        {
            Libc.Signal(Id, Terminate);
            if (!await ExitsAsync(TimeSpan.FromSeconds(15)))
            {
                Libc.Signal(Id, Kill);
                await ExitsAsync(TimeSpan.FromSeconds(5));
            }
        }

        _process.Dispose();
        await EndRestAsync(below);
    }

    private static async Task EndRestAsync(IReadOnlyList<(int Id, long StartedAt)> processes)
    {
        var started = Stopwatch.GetTimestamp();
        while (processes.Any(IsAlive) && Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(3))
            await Task.Delay(Step, TimeProvider.System);
        foreach (var rest in processes.Where(IsAlive))
            Libc.Signal(rest.Id, Kill);
    }

    private static bool IsAlive((int Id, long StartedAt) process) => ProcessFacts.StartedAt(process.Id) == process.StartedAt;

    private async Task<bool> ExitsAsync(TimeSpan limit)
    {
        using var late = new CancellationTokenSource(limit);
        try
        {
            await _process.WaitForExitAsync(late.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
