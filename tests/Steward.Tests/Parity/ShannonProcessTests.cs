using System.Text;
using Steward.Configuration;
using Steward.Supervision;
using Steward.Tests.Processes;
using Xunit;

namespace Steward.Tests.Parity;

/// <summary>Shannon's manager: servers that are processes.</summary>
public sealed class ShannonProcessTests : IAsyncDisposable
{
    private readonly ChildRig _rig = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact(Timeout = 20_000)]
    public async Task A_process_has_the_variables_of_Steward_and_over_them_those_of_its_definition()
    {
        var path = Environment.GetEnvironmentVariable("PATH");
        var home = Environment.GetEnvironmentVariable("HOME");
        Assert.NotEmpty(home!);

        var child = await _rig.StartAsync(ChildRig.Spec("sh", ["-c", "echo \"$PATH+$HOME+$OWN\"; exec cat"], env: new() { ["OWN"] = "a b", ["HOME"] = "/elsewhere" }));

        Assert.Equal($"{path}+/elsewhere+a b", await ChildRig.ReadLineAsync(child));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_process_that_ends_at_its_start_is_told_with_its_code_and_last_words()
    {
        await using var rig = await RealServers.StartAsync(RealServers.Process("bad", "exit-at-start") with { RestartPolicy = RestartPolicy.Never });

        var status = await rig.Host.Manager.WaitForStatusAsync("bad", status => status.State is ServerState.Crashed or ServerState.FailedToStart, Cancelled);

        Assert.Equal(3, status.LastExit!.Code);
        Assert.Contains("cannot start, as I was told to", Assert.Single(status.LastExit.StderrTail), StringComparison.Ordinal);
        Assert.Contains("exit code 3", status.LastError, StringComparison.Ordinal);
        Assert.Null(status.Pid);
    }

    /// <summary>There, a link over stdio could not even be made; had it been, nobody would have read from it or shaken hands.</summary>
    [Fact(Timeout = 60_000)]
    public async Task A_process_is_shaken_hands_with_read_from_and_probed()
    {
        await using var rig = await RealServers.StartAsync(RealServers.Process("files", "echo") with { Health = new HealthPolicy { Interval = TimeSpan.FromMilliseconds(20) } });

        var status = await rig.Host.Manager.WaitForStatusAsync("files", status => status.Health == ServerHealth.Healthy, Cancelled);
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => rig.Host.Registry.RequestAsync(
            "files", "tools/call", Encoding.UTF8.GetBytes($$$"""{"name":"echo","arguments":{"text":"{{{i}}}"}}"""), cancellationToken: Cancelled)));

        Assert.Equal((ServerState.Running, "2025-11-25", 3), (status.State, status.Revision, status.ToolCount));
        Assert.Contains("steward-raw-server", status.ServerName, StringComparison.Ordinal);
        Assert.All(answers.Index(), answer => Assert.Contains($"\"text\":\"{answer.Index}\"", Encoding.UTF8.GetString(answer.Item), StringComparison.Ordinal));
    }
}
