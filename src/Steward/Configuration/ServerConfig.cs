using System.Text.Json;

namespace Steward.Configuration;

/// <summary>
/// One managed server as the operator declared it: complete and valid by construction. Strings still hold their
/// <c>${env:NAME}</c> and <c>${file:PATH}</c> references; they are resolved at launch, so that a secret is never kept,
/// logged or listed.
/// </summary>
public sealed record ServerConfig
{
    /// <summary>The server's name: <c>[A-Za-z0-9_-]+</c>, unique within a manager.</summary>
    public required string Id { get; init; }

    /// <summary>What people call the server.</summary>
    /// <value>Default: <see langword="null"/>; the <see cref="Id"/> then stands for it (<c>name</c>).</value>
    public string? Name { get; init; }

    /// <summary>Words by which servers are found and put into groups (<c>tags</c>).</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>How the server is reached.</summary>
    /// <value>Default: <see cref="ServerTransport.Stdio"/>.</value>
    public ServerTransport Transport { get; init; } = ServerTransport.Stdio;

    /// <summary>The program to start (stdio servers only): a path, or a name that is looked up on <c>PATH</c>.</summary>
    public string? Command { get; init; }

    /// <summary>The program's arguments, passed as they are; no shell is involved.</summary>
    public IReadOnlyList<string> Args { get; init; } = [];

    /// <summary>Variables added to the inherited environment.</summary>
    public IReadOnlyDictionary<string, string> Env { get; init; } = new Dictionary<string, string>();

    /// <summary>The working directory. A relative path is taken from the configuration file's folder.</summary>
    /// <value>Default: the configuration file's folder.</value>
    public string? Cwd { get; init; }

    /// <summary>The endpoint of a remote server (of every transport but <see cref="ServerTransport.Stdio"/>).</summary>
    public string? Url { get; init; }

    /// <summary>Headers sent with every request to a remote server.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>How Steward proves to a remote server who it is.</summary>
    /// <value>Default: <see langword="null"/>. A server that asks for OAuth by itself then needs a login, unless <see cref="Headers"/> has <c>Authorization</c>.</value>
    public ServerAuth? Auth { get; init; }

    /// <summary>A disabled server is listed but never started.</summary>
    public bool Disabled { get; init; }

    /// <summary>Names of tools that models may call without asking, or <c>*</c>: enforced for the tools of <see cref="McpServerManager.GetToolsAsync(Agents.ServerToolOptions?, CancellationToken)"/>, and carried for clients of the gateway.</summary>
    public IReadOnlyList<string> AutoApprove { get; init; } = [];

    /// <summary>How long start, handshake and first listing may take together.</summary>
    /// <value>Default: 30 seconds (<c>startupTimeoutMs</c>).</value>
    public TimeSpan StartupTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a request may stay without an answer or progress; every progress notification starts the time anew, for a day at
    /// most. While the client answers what the server asks because of the request, it stands still.</summary>
    /// <value>Default: 5 minutes (<c>requestTimeoutMs</c>). <see cref="Timeout.InfiniteTimeSpan"/> (0 in the file) means no limit.</value>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long a call waits for a server that is just being started again, in place of failing at once. One that is stopped or disabled, has failed for good,
    /// or is started again only later than that, is not waited for.
    /// </summary>
    /// <value>Default: 10 seconds (<c>queueMs</c>): enough for the first restart and a start that takes a while, less than clients wait. Zero waits for nothing.</value>
    public TimeSpan QueueTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>When the server is started.</summary>
    /// <value>Default: <see cref="ServerStart.Eager"/> (<c>start</c>).</value>
    public ServerStart Start { get; init; } = ServerStart.Eager;

    /// <summary>After so long without use the server is stopped until the next call, which starts it again.</summary>
    /// <value>Default: <see cref="Timeout.InfiniteTimeSpan"/> (<c>idleStopMs</c>, 0 in the file): it stays.</value>
    public TimeSpan IdleStop { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>Whether there are times at which it rests until the next call starts it.</summary>
    internal bool MayRest => Start == ServerStart.Lazy || IdleStop != Timeout.InfiniteTimeSpan;

    /// <summary>Whether clients share one process.</summary>
    /// <value>Default: <see cref="ServerIsolation.Auto"/>.</value>
    public ServerIsolation Isolation { get; init; } = ServerIsolation.Auto;

    /// <summary>
    /// How many processes of the server run side by side (stdio servers only). Each call goes to the one with the fewest at work. For servers that keep nothing
    /// between calls, which is said by <see cref="ServerIsolation.Shared"/>: more than one demands that.
    /// </summary>
    /// <value>Default: 1 (<c>instances</c>); 64 at most.</value>
    public int Instances { get; init; } = 1;

    /// <summary>How the conversation with the server begins.</summary>
    /// <value>Default: <see cref="ServerLifecycle.Auto"/>.</value>
    public ServerLifecycle Lifecycle { get; init; } = ServerLifecycle.Auto;

    /// <summary>When and how often a failed server is started again.</summary>
    public RestartPolicy RestartPolicy { get; init; } = new();

    /// <summary>How a running server is probed.</summary>
    public HealthPolicy Health { get; init; } = new();

    /// <summary>How a server is stopped.</summary>
    public ShutdownPolicy Shutdown { get; init; } = new();

    /// <summary>A program and its arguments (stdio servers only), run at every end of a process of the server: as the first step of a stop, after a crash, and for what a killed manager left. For servers whose work is done outside their process, such as containers.</summary>
    /// <value>Default: empty; nothing is run (<c>stopCommand</c>).</value>
    public IReadOnlyList<string> StopCommand { get; init; } = [];

    /// <summary>
    /// Whether the gateway makes its clients' calls again that the server was at work on when it went away. Of the calls that a program makes by
    /// its manager nothing changes: see <see cref="Clients.ToolCallOptions.Replay"/>.
    /// </summary>
    /// <value>Default: <see cref="ServerReplayMode.Never"/> (<c>replay</c>).</value>
    public ServerReplayMode Replay { get; init; } = ServerReplayMode.Never;

    /// <summary>How the running server comes to a new definition: what the new one says holds.</summary>
    /// <value>Default: <see cref="ServerUpdateMode.Beside"/> (<c>update</c>).</value>
    public ServerUpdateMode Update { get; init; } = ServerUpdateMode.Beside;

    /// <summary>How much of the machine each process of the server may take, with all that comes of it.</summary>
    public ServerLimits Limits { get; init; } = new();

    /// <summary>How calls are waited for of which the server makes tasks.</summary>
    public TaskPolicy Tasks { get; init; } = new();

    /// <summary>Which of the server's tools are shown and may be called.</summary>
    public ToolFilter Tools { get; init; } = ToolFilter.All;

    /// <summary>What the declaration holds beside the keys of Steward: it has no effect, and is kept for whoever wrote it.</summary>
    public IReadOnlyDictionary<string, JsonElement> Extra { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>The folder against which relative paths are resolved: the configuration file's.</summary>
    public string BaseDirectory { get; init; } = Environment.CurrentDirectory;

    /// <summary>Names the server and no more: a URL or an argument may hold a secret.</summary>
    public override string ToString() => $"{nameof(ServerConfig)} {Id} ({Transport})";
}
