using System.Runtime.InteropServices;
using Steward.Bench.Library;
using Steward.Bench.Measurements;
using Steward.Bench.Recovery;
using Steward.Bench.Registry;
using Steward.Bench.Reporting;
using Steward.Bench.Resources;
using Steward.Bench.Soak;

namespace Steward.Bench;

/// <summary>The command behind bench/run: measures, prints the table, and leaves no process behind.</summary>
internal static class BenchProgram
{
    internal static async Task<int> RunAsync(string[] args)
    {
        if (args.Contains("--help"))
        {
            await Console.Out.WriteLineAsync(BenchOptions.Usage);
            return 0;
        }

        if (args is [.., "registry"])
            return await RegistryBench.RunAsync(CancellationToken.None);

        if (args is [.., "library"])
            return await LibraryBench.RunAsync(args.Contains("--quick"), CancellationToken.None);

        if (args is [.., "looks"])
            return await ResourceBench.RunAsync(CancellationToken.None);

        if (args is ["soak", ..])
        {
            if (SoakOptions.Parse(args) is { } soak)
                return await new SoakRun(soak).RunAsync();
            await Console.Error.WriteLineAsync(SoakOptions.Usage);
            return 2;
        }

        if (args is ["recovery", ..])
        {
            if (RecoveryOptions.Parse(args) is { } recovery)
                return await new RecoveryRun(recovery).RunAsync();
            await Console.Error.WriteLineAsync(RecoveryOptions.Usage);
            return 2;
        }

        if (BenchOptions.Parse(args, out var problem) is not { } options)
        {
            await Console.Error.WriteLineAsync(problem);
            return 2;
        }

        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        var work = Directory.CreateTempSubdirectory("steward-bench-").FullName;
        var results = new ResultSet();
        try
        {
            await using (var suite = new Suite(options, work, results))
                await suite.RunAsync(stop.Token);
            Directory.Delete(work, recursive: true);
            return 0;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Directory.Delete(work, recursive: true);
            await Console.Error.WriteLineAsync("Stopped.");
            return 130;
        }
        catch (BenchException failure)
        {
            await Console.Error.WriteLineAsync($"bench: {failure.Message}\nLogs of the targets: {work}");
            return 1;
        }
        finally
        {
            if (!results.IsEmpty)
                await WriteReportAsync(options, results);
        }

        void OnSignal(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }

    private static async Task WriteReportAsync(BenchOptions options, ResultSet results)
    {
        var table = ReportTable.Format(options, results);
        await Console.Out.WriteLineAsync(table);
        Directory.CreateDirectory(Path.GetDirectoryName(options.ReportFile)!);
        await File.WriteAllTextAsync(options.ReportFile, table);
    }
}
