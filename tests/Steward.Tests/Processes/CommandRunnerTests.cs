using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Steward.Processes;
using Xunit;

namespace Steward.Tests.Processes;

/// <summary>Commands of the operator, which may leave something behind.</summary>
public sealed class CommandRunnerTests : IAsyncDisposable
{
    // In a session of its own, without a parent of ours and without our marker, and with the command's output still open.
    private const string Escape = """
        env -i "$(command -v setsid)" "$(command -v sh)" -c 'echo $$ > pid; exec sleep 60' &
        while [ ! -s pid ]; do sleep 0.02; done
        cat; echo trouble >&2
        """;

    private readonly ChildRig _rig = new();
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 30_000)]
    public async Task What_escapes_with_its_output_keeps_nobody_waiting()
    {
        try
        {
            var exit = await RunAsync(Escape, "heard\n").WaitAsync(TimeSpan.FromSeconds(20), Token);

            using var escaped = new Watched(EscapedId());
            Assert.True(escaped.IsAlive);
            Assert.Equal((0, "exit code 0: trouble"), (exit.Code, exit.InFull));
            Assert.Equal(["heard", "trouble"], _rig.Log.Tail(9).Select(line => line.Text).Order());
        }
        finally
        {
            Posix.Signal(EscapedId(), Posix.SigKill);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _rig.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private int EscapedId() => int.Parse(File.ReadAllText(Path.Combine(_folder, "pid")));

    private Task<ProcessExit> RunAsync(string script, string input) => new CommandRunner(_rig.Spawner, TimeProvider.System, NullLogger.Instance)
        .RunAsync(ChildRig.Shell(script) with { WorkingDirectory = _folder }, _rig.Log, Encoding.UTF8.GetBytes(input), TimeSpan.FromSeconds(15), Token);
}
