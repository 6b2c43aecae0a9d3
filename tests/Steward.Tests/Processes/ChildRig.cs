using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Steward.Configuration;
using Steward.Processes;
using Steward.Processes.Limits;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Processes;

/// <summary>Starts real children and looks after them.</summary>
internal sealed class ChildRig(LaunchChain? chain = null, ResourceMonitor? monitor = null, Delegation? delegation = null, TimeProvider? time = null) : IAsyncDisposable
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly List<ChildProcess> _children = [];

    public ProcessSpawner Spawner { get; } = new(NullLogger.Instance, chain: chain) { Monitor = monitor, Delegation = () => delegation ?? Delegation.Here };

    public ServerLog Log { get; } = new("test", new ServerLogOptions(), TimeProvider.System, NullLogger.Instance);

    public static ProcessSpec Spec(string command, string[] args, TimeSpan? grace = null, Dictionary<string, string>? env = null) =>
        new("test", command, args, env ?? [], Path.GetTempPath(), new ShutdownPolicy { Grace = grace ?? TimeSpan.FromSeconds(30) });

    public static ProcessSpec Shell(string script, TimeSpan? grace = null) => Spec("sh", ["-c", script], grace);

    public Task<ChildProcess> StartAsync(string script, TimeSpan? grace = null) => StartAsync(Shell(script, grace));

    public async Task<ChildProcess> StartAsync(ProcessSpec spec)
    {
        var child = await ChildProcess.StartAsync(
            spec, Spawner, Log, _time, NullLogger.Instance, TestContext.Current.CancellationToken);
        lock (_children)
        {
            _children.Add(child);
        }

        return child;
    }

    /// <summary>Reads one line of the child's output, byte by byte: the rest stays in the pipe.</summary>
    public static async Task<string> ReadLineAsync(ChildProcess child)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (await child.Output.ReadAsync(one, TestContext.Current.CancellationToken) > 0 && one[0] != '\n')
            line.Add(one[0]);
        return Encoding.UTF8.GetString([.. line]);
    }

    /// <summary>Waits until a stop has come to its next step, and waits itself.</summary>
    public static void WaitsFor(FakeTimeProvider time) =>
        Assert.True(SpinWait.SpinUntil(() => time.ArmedTimers == 1, TimeSpan.FromSeconds(10)), "nothing waits");

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_children.Select(async child =>
        {
            await child.StopAsync(new CancellationToken(canceled: true));
            await child.DisposeAsync();
        }));

        Spawner.Dispose();
        await Log.DisposeAsync();
    }
}
