using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using Microsoft.Extensions.Logging.Abstractions;
using Steward.Configuration;
using Steward.Registry;
using Steward.Registry.Sqlite;
using Steward.Server;
using Steward.Server.Daemon;

namespace Steward.Bench.Registry;

/// <summary>How long people wait for a registry that has grown large.</summary>
internal sealed class RegistryBench(string folder)
{
    private const int Servers = 10_000;
    private const int Rows = 1_000_000;
    private const int WarmUps = 300; // until the compiler has done its best with them, as in a daemon that runs
    private const int Repetitions = 300;
    private const int Burst = 4000; // half of what may wait for the writer

    private readonly SqliteRegistryOptions _options = new()
    {
        Path = Path.Combine(folder, "steward.db"),
        KeyFile = Path.Combine(folder, "steward.key"),
        Retention = new HistoryConfig { MaxAge = TimeSpan.FromDays(3650), MaxRows = Rows },
    };

    /// <summary>Measures and prints a line for each figure.</summary>
    internal static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("steward-bench-");
        try
        {
            var bench = new RegistryBench(folder.FullName);
            await bench.FillAsync(cancellationToken);
            await bench.MeasureAsync(cancellationToken);
            await bench.MeasureRestAsync(cancellationToken);
            return 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private async Task FillAsync(CancellationToken cancellationToken)
    {
        await using var store = new SqliteRegistryStore(_options, TimeProvider.System, NullLogger.Instance);
        await store.OpenAsync(cancellationToken);
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Servers).Select(i => store.Servers.AddAsync(Server(i), cancellationToken)));
        Say($"{Servers:#,0} servers added, all at once", watch);
        watch.Restart();
        for (var i = 0; i < 100; i++)
            await store.Servers.UpdateAsync(Server(i), cancellationToken);
        Say("a change, one after the other (mean of 100)", watch.Elapsed / 100);

        watch.Restart();
        for (var i = 0; i < Rows / 2; i++)
        {
            Record(store.History, i);
            if (i % (Burst / 2) == 0)
                await store.FlushAsync(cancellationToken);
        }

        await store.FlushAsync(cancellationToken);
        Say($"{Rows:#,0} rows of history recorded, {store.History.Lost} lost", watch);
    }

    private async Task MeasureAsync(CancellationToken cancellationToken)
    {
        var start = Stopwatch.StartNew();
        await using var store = new SqliteRegistryStore(_options, TimeProvider.System, NullLogger.Instance);
        await store.OpenAsync(cancellationToken);
        Say("start: file opened and checked", start);
        var content = await store.Servers.ReadAsync(cancellationToken);
        _ = await store.Memory.ReadMemoriesAsync(cancellationToken);
        Say("start: and definitions opened", start);
        var kept = new RegisteredSet();
        kept.Fill(content);
        await using var manager = new McpServerManager(new StewardConfig { Servers = [] }, new NoLauncher(), TimeProvider.System, NullLoggerFactory.Instance);
        await using var registry = new ServerRegistry(manager, store, kept, new NoLauncher(), TimeProvider.System, NullLogger.Instance);
        registry.Start(isOpen: true, []);
        Say("start: and handed to the manager", start);

        await RepeatAsync("list, all", () => Task.FromResult(registry.List().Count));
        await RepeatAsync("list, by tag and text", () => Task.FromResult(registry.List(new ServerFilter { Tag = "tag-3", Text = "server-99" }).Count));
        await RepeatAsync("newest 100 events", async () => (await registry.ReadEventsAsync(new HistoryQuery(), cancellationToken)).Count);
        await RepeatAsync("newest 100 events of one server", async () => (await registry.ReadEventsAsync(new HistoryQuery { Server = "server-4711" }, cancellationToken)).Count);
        await RepeatAsync("newest 1,000 connections", async () => (await registry.ReadConnectionsAsync(new HistoryQuery { Limit = 1000 }, cancellationToken)).Count);
        await RepeatAsync("100 events from the middle", async () => (await registry.ReadEventsAsync(new HistoryQuery { Before = Rows / 4 }, cancellationToken)).Count);
        await manager.DisposeAsync();
    }

    /// <summary>The same as users get it: over the REST API of a daemon.</summary>
    private async Task MeasureRestAsync(CancellationToken cancellationToken)
    {
        var config = new StewardConfig { Servers = [], Gateway = new GatewayConfig { Listen = "http://127.0.0.1:0" }, History = _options.Retention };
        var data = new DataDirectory(folder);
        var start = Stopwatch.StartNew();
        await using var host = await StewardHost.StartAsync(new StewardHostOptions { Config = config, Data = data }, cancellationToken);
        Say("daemon: listens", start);
        using var client = new HttpClient { BaseAddress = new Uri($"{host.Url}/api/v1/") };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ApiToken.Read(data));
        foreach (var path in (string[])["servers", "definitions", "definitions?limit=100", "definitions?tag=tag-3&text=server-99", "history/events", "history/events?server=server-4711", "history/connections?limit=1000"])
            await RepeatAsync($"GET /{path}", async () => (await client.GetByteArrayAsync(path, cancellationToken)).Length, "bytes");
    }

    private static void Record(IHistoryTable history, int i)
    {
        var (server, at) = ($"server-{i % Servers}", DateTimeOffset.UnixEpoch.AddYears(55).AddSeconds(i));
        history.Record(new LifecycleEvent(server, LifecycleEventKind.Failed, at, "exit code 1: the disk of the other machine is full"));
        history.NotConnected(server, at, "exit code 1: the disk of the other machine is full");
    }

    private static RegisteredServer Server(int i) => new(
        new ServerConfig
        {
            Id = $"server-{i}",
            Name = $"Server number {i}",
            Command = "npx",
            Args = ["-y", $"@example/server-{i}", "--root", "/srv/data"],
            Env = new Dictionary<string, string> { ["API_TOKEN"] = "${env:API_TOKEN}", ["REGION"] = "north" },
            Tags = [$"tag-{i % 10}", "bench"],
            Disabled = true,
            BaseDirectory = "/srv",
        },
        "bench", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);

    private static async Task RepeatAsync(string what, Func<Task<int>> act, string unit = "rows")
    {
        var count = await act();
        for (var i = 0; i < WarmUps; i++)
            await act();
        GC.Collect(); // what the warm-up left behind is nobody's time
        var pauses = GC.GetTotalPauseDuration();
        var times = new List<TimeSpan>(Repetitions);
        for (var i = 0; i < Repetitions; i++)
        {
            var watch = Stopwatch.StartNew();
            await act();
            times.Add(watch.Elapsed);
        }

        times.Sort();
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{$"{what} ({count:#,0} {unit})",-64} p50 {Ms(times[Repetitions / 2])}  p99 {Ms(times[Repetitions * 99 / 100])}  max {Ms(times[^1])} ms; collections took {Ms(GC.GetTotalPauseDuration() - pauses)} ms in all"));

        static string Ms(TimeSpan time) => time.TotalMilliseconds.ToString("#,0.00", CultureInfo.InvariantCulture).PadLeft(8);
    }

    private static void Say(string what, Stopwatch watch) => Say(what, watch.Elapsed);

    private static void Say(string what, TimeSpan time) => Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-64} {time.TotalMilliseconds,10:#,0.00} ms"));
}
