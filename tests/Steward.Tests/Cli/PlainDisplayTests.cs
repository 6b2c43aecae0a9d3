using System.Numerics;
using Steward.Cli;
using Steward.Cli.Up;
using Steward.Configuration;
using Steward.Supervision;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Cli;

public sealed class PlainDisplayTests
{
    [Fact(Timeout = 10_000)]
    public async Task Of_attempts_without_end_ever_fewer_have_a_line()
    {
        await using var fleet = new Fleet(Fleet.Server() with { Command = null, Transport = ServerTransport.Http, Url = "http://127.0.0.1:9/mcp" });
        using var said = new SharedWriter();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var showing = new PlainDisplay(new CliContext { Out = said, Error = said, In = TextReader.Null, Time = fleet.Time }).ShowAsync(fleet.Manager, end.Token);
        fleet.Manager.StartAll();
        for (var failure = 1; failure <= 40; failure++)
        {
            (await fleet.NextLaunch()).Fail($"no network, {failure}");
            await fleet.Sees(status => status.State == ServerState.Restarting && status.ConsecutiveFailures == failure);
            await Fleet.Until(() => !IsSaid(failure) || said.ToString().Contains($"no network, {failure})", StringComparison.Ordinal));
            await fleet.WaitOutRetry();
        }

        await fleet.Ready();
        await Fleet.Until(() => said.ToString().Contains("files: Running", StringComparison.Ordinal));
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => showing);

        Assert.Equal(15, said.ToString().Split("no network").Length - 1);
    }

    // Each of the ten that the policy counts, and of those beyond the first, the second, the fourth and so on: as the log does.
    private static bool IsSaid(int failure) => failure <= 10 || BitOperations.IsPow2(failure - 10);

    /// <summary>A text that is read while it is written.</summary>
    private sealed class SharedWriter : StringWriter
    {
        private readonly Lock _gate = new();

        public override void WriteLine(string? value)
        {
            lock (_gate)
                base.WriteLine(value);
        }

        public override string ToString()
        {
            lock (_gate)
                return base.ToString();
        }
    }
}
