using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using Steward.Bench.Native;
using Steward.Bench.Sessions;
using Steward.Bench.Targets;
using Steward.Bench.Upstream;

namespace Steward.Bench.Recovery;

/// <summary>
/// How long callers of a server wait when its process is killed, beside the time that the same program takes to start by itself; and what
/// callers of another server notice of it. Default policy, and no earlier failures.
/// </summary>
internal sealed class RecoveryRun
{
    private const int Kill = 9;
    private const int RetryMs = 5;

    // Longer than the first wait of the default policy, which counts from when a server was ready: who ran well for so long is started at once.
    private static readonly TimeSpan Settled = TimeSpan.FromMilliseconds(600);
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(900);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestRecovery = TimeSpan.FromSeconds(30);

    private readonly RecoveryOptions _options;
    private readonly Victim[] _victims;
    private readonly UpstreamCommand[] _others;

    internal RecoveryRun(RecoveryOptions options)
    {
        _options = options;
        _victims =
        [
            new("TestServer (.NET, official SDK)", new("fixture", options.TestServer, ["--mode", "fixture"]), """{"name":"echo","arguments":{"text":"back again"}}""", "back again"u8.ToArray()),
            new("everything (npm)", new("everything", options.Node, [Npm("everything")]), """{"name":"echo","arguments":{"message":"back again"}}""", "back again"u8.ToArray()),
        ];
        _others = [new("memory", options.Node, [Npm("memory")]), new("labelled", options.TestServer, ["--mode", "labelled"])];
    }

    internal async Task<int> RunAsync()
    {
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => (context.Cancel, _) = (true, stop.CancelAsync()));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => (context.Cancel, _) = (true, stop.CancelAsync()));
        var directory = Directory.CreateTempSubdirectory("steward-recovery-").FullName;
        bool isGood;
        try
        {
            var config = ServerListFile.Write(directory, [UpstreamCommand.Echo, .. _victims.Select(victim => victim.Server), .. _others]);
            await using var daemon = await StewardDaemon.StartAsync(_options.Steward, config, directory, stop.Token);
            using var bystander = new Bystander(Endpoint(daemon, UpstreamCommand.Echo.Id));
            await MeasureAsync(daemon, bystander, stop.Token);
            bystander.Dispose();
            var report = await RecoveryReport.MakeAsync(_options.Kills, _victims, bystander);
            await Console.Out.WriteLineAsync(report.Text);
            isGood = report.IsMet;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("Stopped.");
            return 130;
        }
        catch (BenchException failure)
        {
            await Console.Error.WriteLineAsync($"bench: {failure.Message}\nLogs: {directory}");
            return 1;
        }

        Directory.Delete(directory, recursive: true);
        return isGood ? 0 : 1;
    }

    private async Task MeasureAsync(StewardDaemon daemon, Bystander bystander, CancellationToken cancellationToken)
    {
        for (var round = 0; round <= _options.Kills; round++)
        {
            foreach (var victim in _victims)
                await MeasureAsync(victim, daemon, bystander, cancellationToken);
            if (round > 0)
                continue;
            foreach (var victim in _victims)
                victim.Forget(); // that was the warm-up
            bystander.IsCounting = true;
        }
    }

    private static async Task MeasureAsync(Victim victim, StewardDaemon daemon, Bystander bystander, CancellationToken cancellationToken)
    {
        using var client = new StreamableHttpSession(Endpoint(daemon, victim.Server.Id));
        var process = await StartAnewAsync(victim, daemon, cancellationToken);
        await Task.Delay(Settled, TimeProvider.System, cancellationToken);
        bystander.Phase = Phase.Quiet;
        await Task.Delay(Quiet, TimeProvider.System, cancellationToken);
        bystander.Phase = Phase.OwnStart;
        using (var alone = new StartedAlone(victim.Server))
        {
            bystander.Phase = Phase.Between;
            victim.OwnStarts.Add(alone.Milliseconds);
        }

        await Task.Delay(Pause, TimeProvider.System, cancellationToken);
        if (!TryCall(client, victim))
            throw new BenchException($"{victim.Server.Id} did not answer before it was killed.");
        bystander.Phase = Phase.Recovery;
        victim.Recoveries.Add(Recover(victim, client, process));
        bystander.Phase = Phase.Between;
    }

    /// <summary>Starts a server as if it had never failed.</summary>
    /// <returns>Its process.</returns>
    private static async Task<int> StartAnewAsync(Victim victim, StewardDaemon daemon, CancellationToken cancellationToken)
    {
        var status = await daemon.RestartAsync(victim.Server.Id, cancellationToken);
        return (string?)status["state"] == "Running" && (int?)status["consecutiveFailures"] is null or 0 && (int?)status["pid"] is { } process
            ? process
            : throw new BenchException($"{victim.Server.Id} does not run as if nothing had happened: {status.ToJsonString()}");
    }

    /// <summary>Kills the process, and calls until a call is answered.</summary>
    /// <returns>The time of that, in milliseconds.</returns>
    private static double Recover(Victim victim, StreamableHttpSession client, int process)
    {
        var began = Stopwatch.GetTimestamp();
        if (!Libc.Signal(process, Kill))
            throw new BenchException($"{victim.Server.Id}: process {process} is gone already.");
        while (!TryCall(client, victim))
        {
            victim.FailedCalls++;
            if (Stopwatch.GetElapsedTime(began) > LongestRecovery)
                throw new BenchException($"{victim.Server.Id} did not come back within {LongestRecovery.TotalSeconds:0} s.");
            Libc.Poll([], RetryMs);
        }

        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }

    private static bool TryCall(StreamableHttpSession client, Victim victim)
    {
        try
        {
            var answer = JsonNode.Parse(client.Request("tools/call", victim.Call))!["result"];
            return answer is not null && Encoding.UTF8.GetBytes(answer.ToJsonString()).AsSpan().IndexOf(victim.Expected) >= 0;
        }
        catch (Exception refused) when (refused is BenchException or SocketException)
        {
            return false;
        }
    }

    private static Uri Endpoint(StewardDaemon daemon, string server) => new(daemon.Url, $"/servers/{server}/mcp");

    private string Npm(string package) => Path.Combine(_options.Modules, "@modelcontextprotocol", $"server-{package}", "dist", "index.js");
}
