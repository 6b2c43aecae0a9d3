using System.Text;
using ModelContextProtocol.Protocol;
using Steward.Configuration;
using Steward.Processes;
using Steward.Supervision;
using Steward.Tests.Parity;
using Xunit;

namespace Steward.Tests.Faults;

/// <summary>
/// A server that has a fault when a call asks for it, beside a good one, which must not notice. Both are real processes. Disposing checks
/// that, and that nothing of either is left.
/// </summary>
internal sealed class FaultRig : IAsyncDisposable
{
    private const string Bad = "bad";
    private const string Good = "good";
    private const string Mark = "STEWARD_FAULT_RIG";

    private static readonly ShutdownPolicy Quick = new() { Drain = TimeSpan.Zero, Grace = TimeSpan.FromMilliseconds(300) };

    private readonly string _mark = Guid.NewGuid().ToString("N");

    private FaultRig(Func<ServerConfig, ServerConfig> change) =>
        Manager = new McpServerManager([change(Marked(Bad, "faulty") with { RequestTimeout = Timeout.InfiniteTimeSpan, Shutdown = Quick }), Marked(Good, "echo")]);

    public McpServerManager Manager { get; }

    public ServerStatus Status => Manager.GetStatus(Bad);

    public ServerLog Log => Manager.GetLog(Bad);

    public long NoiseLines => Manager.GetStatistics(Bad)!.Noise;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>Starts both.</summary>
    /// <param name="change">What is otherwise about the faulty one; as it stands, its calls never time out.</param>
    public static async Task<FaultRig> StartAsync(Func<ServerConfig, ServerConfig>? change = null)
    {
        var rig = new FaultRig(change ?? (static server => server));
        var outcomes = await rig.Manager.StartAllAsync(Cancelled);
        Assert.All(outcomes.Values, outcome => Assert.Null(outcome.Error));
        return rig;
    }

    /// <summary>Calls for a fault.</summary>
    /// <returns>The text of the answer.</returns>
    public async Task<string> CallAsync(string fault, CancellationToken? cancelled = null) => TextOf(await Manager.CallToolAsync(
        Bad, "misbehave", new Dictionary<string, object?> { ["text"] = fault }, cancellationToken: cancelled ?? Cancelled));

    /// <summary>Calls for a fault that leaves the call without an answer.</summary>
    /// <returns>What the caller is told.</returns>
    public async Task<string> FailAsync(string fault) => (await Assert.ThrowsAnyAsync<Exception>(() => CallAsync(fault))).Message;

    /// <summary>A call without any fault.</summary>
    public Task<string> EchoAsync(string text) => EchoAsync(Bad, text);

    /// <summary>Waits until another process has taken the place of one, of which nothing is left then.</summary>
    public async Task<ServerStatus> ReplacedAsync(int pid)
    {
        var status = await Manager.WaitForStatusAsync(Bad, status => status is { State: ServerState.Running, Pid: not null } && status.Pid != pid, Cancelled);
        Assert.True(ProcessTable.Read(pid) is null or { IsDead: true }, $"process {pid} lives on beside the one that took its place");
        Assert.Equal("back", await EchoAsync("back"));
        return status;
    }

    public async ValueTask DisposeAsync()
    {
        var goodAnswer = TestContext.Current.CancellationToken.IsCancellationRequested ? "" : await EchoAsync(Good, "still here");
        var good = Manager.GetStatus(Good);
        await Manager.ShutdownAsync(CancellationToken.None);
        Assert.Equal(("still here", ServerState.Running, 0), (goodAnswer, good.State, good.Restarts));
        Assert.Empty(Left());
    }

    private static string TextOf(CallToolResult result) => Assert.IsType<TextContentBlock>(Assert.Single(result.Content)).Text;

    private async Task<string> EchoAsync(string server, string text) =>
        TextOf(await Manager.CallToolAsync(server, "echo", new Dictionary<string, object?> { ["text"] = text }, cancellationToken: Cancelled));

    private ServerConfig Marked(string id, string mode) => RealServers.Process(id, mode) with { Env = new Dictionary<string, string> { [Mark] = _mark } };

    private List<int> Left()
    {
        var mark = Encoding.ASCII.GetBytes($"{Mark}={_mark}");
        return [.. ProcessTable.ReadAll().Where(entry => !entry.IsDead && Environment(entry.Id).AsSpan().IndexOf(mark) >= 0).Select(entry => entry.Id)];
    }

    private static byte[] Environment(int pid)
    {
        try
        {
            return File.ReadAllBytes($"/proc/{pid}/environ");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return []; // gone meanwhile, or somebody else's
        }
    }
}
