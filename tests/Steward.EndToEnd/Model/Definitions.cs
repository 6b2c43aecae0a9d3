extern alias library;

using library::Steward.Configuration;
using Steward.EndToEnd.Running;

namespace Steward.EndToEnd.Model;

/// <summary>Makes definitions of servers, good and bad ones. Each has a number of its own, which its processes carry.</summary>
internal sealed class Definitions(string nonce)
{
    public const string NonceVariable = "STEWARD_MODEL_TEST";
    public const string LabelVariable = "STEWARD_TEST_LABEL";

    private static readonly string[][] Kinds =
    [
        ["labelled"], ["labelled"], ["labelled"], ["labelled", "--delay", "700"], ["fixture"], ["fixture", "--era", "modern"], ["fixture", "--era", "dual"],
        ["modern"], ["stubborn"], ["forks", "--how", "setsid"], ["die-midcall"], ["close-stdout"], ["deaf"], ["exit-at-start"], ["hang-in-initialize"],
    ];

    private static readonly RestartPolicy[] Policies =
    [
        new() { InitialDelay = TimeSpan.FromMilliseconds(50), MaxDelay = TimeSpan.FromSeconds(1), MaxRestartAttempts = 1000 },
        new() { InitialDelay = TimeSpan.Zero, MaxRestartAttempts = 2 },
        RestartPolicy.Never,
    ];

    private int _last;

    /// <summary>The number of a definition.</summary>
    public static int NumberOf(ServerConfig config) => NumberOf(config.Env[LabelVariable]);

    /// <summary>The number of the definition of which a label is: <c>id#number</c>.</summary>
    public static int NumberOf(string label) => int.Parse(label[(label.IndexOf('#', StringComparison.Ordinal) + 1)..], System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>How many runs of a server may live at one time: two of those whose new versions are started beside the old ones, which are half of them.</summary>
    public static int MostRunsOf(string id) => IsUpdatedBeside(id) ? 2 : 1;

    private static bool IsUpdatedBeside(string id) => id[^1] % 2 == 0;

    /// <summary>A definition of any kind.</summary>
    public ServerConfig Any(string id, Random random)
    {
        var kind = Kinds[random.Next(Kinds.Length)];
        var config = Make(id, kind) with
        {
            RestartPolicy = Policies[random.Next(Policies.Length)],
            Disabled = random.Next(10) == 0,
            Start = random.Next(4) == 0 ? ServerStart.Lazy : ServerStart.Eager,
            IdleStop = random.Next(3) == 0 ? TimeSpan.FromMilliseconds(300) : Timeout.InfiniteTimeSpan,
        };
        return kind[0] switch
        {
            "hang-in-initialize" => config with { StartupTimeout = TimeSpan.FromSeconds(1) },
            "close-stdout" or "deaf" => config with { RequestTimeout = TimeSpan.FromSeconds(3) },
            _ => config,
        };
    }

    /// <summary>A definition of a server that does well.</summary>
    public ServerConfig Good(string id) => Make(id, ["labelled"]) with { RestartPolicy = Policies[0] };

    /// <summary>A definition of a server that has everything, and does well.</summary>
    public ServerConfig Complete(string id) => Make(id, ["fixture"]) with { RestartPolicy = Policies[0] };

    private ServerConfig Make(string id, string[] mode) => new()
    {
        Id = id,
        Command = Repository.TestServerProgram,
        Args = ["--mode", .. mode],
        Env = new Dictionary<string, string> { [NonceVariable] = nonce, [LabelVariable] = $"{id}#{Interlocked.Increment(ref _last)}" },
        StartupTimeout = TimeSpan.FromSeconds(45),
        RequestTimeout = TimeSpan.FromSeconds(45),
        Health = new() { Interval = TimeSpan.FromSeconds(2), Timeout = TimeSpan.FromSeconds(20), FailureThreshold = 2 },
        Update = IsUpdatedBeside(id) ? ServerUpdateMode.Beside : ServerUpdateMode.InPlace,
        Shutdown = new() { Drain = TimeSpan.FromMilliseconds(200), Grace = TimeSpan.FromSeconds(1) },
    };
}
