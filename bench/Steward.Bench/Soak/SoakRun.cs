using System.Globalization;
using System.Runtime.InteropServices;
using Steward.Bench.Reporting;
using Steward.Bench.Targets;

namespace Steward.Bench.Soak;

/// <summary>
/// Thirty servers, two hundred clients that come, call and vanish, and a kill every second, for as long as one likes: at its end no answer is
/// lost or in the wrong place, no process is left, memory and descriptors are where they were, and every sound server runs.
/// </summary>
internal sealed class SoakRun(SoakOptions options)
{
    private const int Clients = 200;
    private const string Mark = "STEWARD_SOAK";

    // What garbage collections, the pool and caches may still make of it once all has been used.
    private const double MostGrowth = 1.25;
    private const double FewMiB = 24;
    private const double FewDescriptors = 64;

    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(90);

    private readonly SoakTally _tally = new();
    private readonly List<(string What, string Seen, bool IsMet)> _verdicts = [];

    internal async Task<int> RunAsync()
    {
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => (context.Cancel, _) = (true, stop.CancelAsync()));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => (context.Cancel, _) = (true, stop.CancelAsync()));
        var directory = Directory.CreateTempSubdirectory("steward-soak-").FullName;
        var mark = Guid.NewGuid().ToString("N");
        Environment.SetEnvironmentVariable(Mark, mark); // everything below inherits it
        var servers = SoakFleet.Create(options.TestServer, options.Node, options.Modules, directory);
        var daemon = await StewardDaemon.StartAsync(options.Steward, SoakFleet.Write(servers, directory), directory, stop.Token);
        SoakWatch watch;
        await using (daemon)
        {
            await SettleAsync(daemon, servers, stop.Token);
            watch = new SoakWatch(daemon, TimeSpan.FromSeconds(Math.Clamp(options.Duration.TotalSeconds / 100, 1, 10)));
            await LoadAsync(daemon, servers, watch, stop.Token);
            var down = await SettleAsync(daemon, servers, CancellationToken.None);
            Check("sound servers that run at the end", $"{servers.Count(server => server.IsSound) - down.Count} of {servers.Count(server => server.IsSound)}{(down.Count > 0 ? $"; not {string.Join(", ", down)}" : "")}", down.Count == 0);
            // While the daemon lives: what ends with it would hide what it lost sight of.
            await daemon.StopAllAsync(servers.Select(server => server.Id), CancellationToken.None);
            var orphans = Left(mark).Where(process => !process.Contains(options.Steward, StringComparison.Ordinal)).ToList();
            Check("processes of servers that are stopped", orphans.Count == 0 ? "0" : string.Join(", ", orphans), orphans.Count == 0);
        }

        var left = Left(mark);
        Check("processes left after the end", left.Count == 0 ? "0" : string.Join(", ", left), left.Count == 0);
        Weigh(watch);
        await ReportAsync(watch, directory);
        var isGood = _verdicts.TrueForAll(verdict => verdict.IsMet);
        if (isGood)
            Directory.Delete(directory, recursive: true);
        return isGood ? 0 : 1;
    }

    private async Task LoadAsync(StewardDaemon daemon, IReadOnlyList<SoakServer> servers, SoakWatch watch, CancellationToken stopped)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stopped);
        end.CancelAfter(options.Duration);
        using var endOfClients = new CancellationTokenSource();
        var clients = Enumerable.Range(0, Clients).Select(n => Task.Run(() => new SoakClient(daemon.Url, servers, _tally, options.Seed + n).RunAsync(endOfClients.Token))).ToList();
        await Task.WhenAll(new SoakKiller(daemon, _tally, options.Seed).RunAsync(end.Token), watch.RunAsync(end.Token), ShowAsync(daemon, end.Token));
        await endOfClients.CancelAsync();
        await Task.WhenAll(clients);
    }

    private async Task ShowAsync(StewardDaemon daemon, CancellationToken end)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(30));
        try
        {
            while (await timer.WaitForNextTickAsync(end))
            {
                var running = (await daemon.ServersAsync(end)).Count(server => server.State == "Running");
                await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                    $"{TimeProvider.System.GetUtcNow():HH:mm:ss} {_tally.Of("calls"):#,0} calls, {_tally.Of("kills")} kills, {running} of 30 run, {ProcessFacts.ResidentMiB(daemon.Id):0} MiB, {_tally.Wrongs.Count} wrongs"));
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The soak is over.
        }
    }

    /// <summary>Waits until every sound server runs.</summary>
    /// <returns>Those that do not.</returns>
    private static async Task<IReadOnlyList<string>> SettleAsync(StewardDaemon daemon, IReadOnlyList<SoakServer> servers, CancellationToken cancellationToken)
    {
        var until = TimeProvider.System.GetUtcNow() + Recovery;
        while (true)
        {
            var states = await daemon.ServersAsync(cancellationToken);
            List<string> down = [.. servers.Where(server => server.IsSound).Select(server => server.Id).Except(states.Where(state => state.State == "Running").Select(state => state.Id))];
            if (down.Count == 0 || TimeProvider.System.GetUtcNow() > until)
                return down;
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellationToken);
        }
    }

    private void Weigh(SoakWatch watch)
    {
        foreach (var wrong in new[] { "calls without an answer", "answers that belong to another call", "sessions refused or broken", "errors that do not name the server" })
            Check(wrong, _tally.Of(wrong).ToString(CultureInfo.InvariantCulture), _tally.Of(wrong) == 0);
        Compare("memory, MiB", sample => sample.ResidentMiB, FewMiB);
        Compare("open descriptors", sample => sample.Descriptors, FewDescriptors);
        Compare("threads", sample => sample.Threads, 16);

        void Compare(string what, Func<SoakSample, double> figure, double few)
        {
            var (early, late) = (watch.Median(figure, 0.2, 0.4), watch.Median(figure, 0.8, 1));
            Check($"{what}: fifth to two fifths of the time → last fifth", string.Create(CultureInfo.InvariantCulture, $"{early:0} → {late:0}"), late <= Math.Max(early * MostGrowth, early + few));
        }
    }

    private void Check(string what, string seen, bool isMet) => _verdicts.Add((what, seen, isMet));

    private async Task ReportAsync(SoakWatch watch, string directory)
    {
        await Console.Out.WriteLineAsync("| What | Count |\n|---|---|");
        foreach (var (what, count) in _tally.All)
            await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"| {what} | {count:#,0} |"));
        await Console.Out.WriteLineAsync("\n| At the end | Seen | Met |\n|---|---|---|");
        foreach (var (what, seen, isMet) in _verdicts)
            await Console.Out.WriteLineAsync($"| {what} | {seen} | {(isMet ? "yes" : "**no**")} |");
        var load = (await File.ReadAllTextAsync("/proc/loadavg")).TrimEnd();
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"\n{options.Duration.TotalMinutes:0.#} minutes, {Clients} clients, seed {options.Seed}, {watch.Samples.Count} samples. {MachineFacts.Describe()}; load average {load}"));
        foreach (var wrong in _tally.Wrongs)
            await Console.Out.WriteLineAsync($"- {wrong}");
        if (!_verdicts.TrueForAll(verdict => verdict.IsMet))
            await Console.Out.WriteLineAsync($"Logs: {directory}");
    }

    /// <summary>Processes that bear the mark of this soak, but for this one.</summary>
    private static List<string> Left(string mark)
    {
        var found = new List<string>();
        foreach (var process in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(process), CultureInfo.InvariantCulture, out var id) || id == Environment.ProcessId)
                continue;
            try
            {
                if (File.ReadAllText($"{process}/environ").Contains($"{Mark}={mark}", StringComparison.Ordinal))
                    found.Add($"{id} {File.ReadAllText($"{process}/cmdline").Replace('\0', ' ')}");
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                // It has ended, or is not ours.
            }
        }

        return found;
    }
}
