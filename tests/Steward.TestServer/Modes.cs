using Steward.TestServer.Fixture;
using Steward.TestServer.Raw;
using Steward.TestServer.Web;

namespace Steward.TestServer;

/// <summary>What this program can be: a well-behaved server built on the SDK, a fast one, or one of many bad ones.</summary>
internal static class Modes
{
    private static readonly Dictionary<string, Func<ModeOptions, Task<int>>> All = new(StringComparer.Ordinal)
    {
        ["fixture"] = FixtureServer.RunAsync,
        ["echo"] = _ => Serve(new RawServer()),
        ["labelled"] = options => Serve(new LabelledServer(options.Milliseconds("delay", 0))),
        ["exit-at-start"] = StartFaults.ExitAsync,
        ["hang-in-initialize"] = _ => StartFaults.HangAsync(),
        ["slow-start"] = StartFaults.SlowAsync,
        ["flood-stderr"] = options => Serve(new FloodingServer(options.Number("bytes", 200L << 20))),
        ["die-midcall"] = _ => Serve(new DyingServer()),
        ["stubborn"] = _ => new StubbornServer().RunAndStayAsync(),
        ["forks"] = options => Serve(new ForkingServer(options.Text("how", "plain"))),
        ["garbage"] = _ => Serve(new GarbageServer()),
        ["huge-line"] = options => Serve(new HugeLineServer(options.Number("bytes", 64L << 20))),
        ["close-stdout"] = _ => Serve(new MuteServer()),
        ["deaf"] = _ => Serve(new DeafServer()),
        ["modern"] = _ => Serve(new InputServer()),
        ["silent-discover"] = _ => Serve(new ProbedServer(ProbedServer.Answer.None)),
        ["crash-discover"] = _ => Serve(new ProbedServer(ProbedServer.Answer.Death)),
        ["late-discover"] = options => Serve(new LateServer(options.Milliseconds("delay", 2000))),
        ["faulty-web"] = _ => FaultyWeb.RunAsync(),
        ["faulty"] = _ => Serve(new FaultyServer()),
        ["sick"] = options => Serve(new SickServer(options.Text("file", "lost"))),
        ["wrong-ids"] = _ => Serve(new WrongIdServer()),
    };

    public static Task<int> RunAsync(ModeOptions options) => All.TryGetValue(options.Mode, out var run)
        ? run(options)
        : throw new ArgumentException($"--mode {options.Mode}: unknown; known are {string.Join(", ", All.Keys)}");

    private static Task<int> Serve(RawServer server)
    {
        server.Run();
        return Task.FromResult(0);
    }
}
