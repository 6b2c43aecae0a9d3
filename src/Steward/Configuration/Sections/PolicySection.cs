using Steward.Configuration.Keys;
using Steward.Configuration.Parsing;

namespace Steward.Configuration.Sections;

/// <summary>Reads <c>defaults</c>, and of each server the keys that may also stand there. What is absent is inherited key by key.</summary>
internal static class PolicySection
{
    /// <summary>A server about which nothing was said: where the defaults of the records become those of the file.</summary>
    private static readonly ServerConfig Standard = new() { Id = "" };

    private static readonly FlagKey Disabled = new("disabled", Standard.Disabled,
        "A disabled server is listed but never started, and its references need not resolve.")
    {
        Synonyms = ["enabled"],
        AppliesLive = true,
    };

    private static readonly TextListKey AutoApprove = new("autoApprove", new(TextRules.NotEmpty), "none",
        "Names of tools that agents may call without asking. Steward hands the list on to clients that enforce it.")
    {
        Synonyms = ["alwaysAllow", "trust"],
        AppliesLive = true,
    };

    private static readonly NumberKey<TimeSpan> StartupTimeout = Number.Duration("startupTimeoutMs", Standard.StartupTimeout, 1, Limits.DayMs,
        "How long start, handshake and first listing may take together.",
        appliesLive: true, "initTimeout", "startTimeout");

    private static readonly NumberKey<TimeSpan> RequestTimeout = Number.DurationOrNone("requestTimeoutMs", Standard.RequestTimeout, Limits.DayMs,
        "How long a request may stay without an answer or progress; every progress notification starts the time anew, for a day at most. 0 means no limit.",
        appliesLive: true, "timeout", "callTimeout");

    private static readonly NumberKey<TimeSpan> Queue = Number.Duration("queueMs", Standard.QueueTimeout, 0, Limits.DayMs,
        "How long a call waits for a server that is just being started again, in place of failing at once. One that is stopped or disabled, has failed for good, or is started again only later than that, is not waited for. 0 waits for nothing.",
        appliesLive: true, "queueTimeout");

    private static readonly ChoiceKey<ServerReplayMode> Replay = new("replay",
        [("never", ServerReplayMode.Never), ("whenAnnotated", ServerReplayMode.WhenAnnotated)],
        standard: "never",
        "Whether a call is made again that the server was at work on when it went away. `never`: it fails at once, and the error says that nobody knows whether it was done. `whenAnnotated`: once, when the server is back within `queueMs`, where the server says of the tool that it only reads (`readOnlyHint`) or that twice is like once (`idempotentHint`); and what only reads by itself: resources, prompts, completions, lists.")
    {
        AppliesLive = true,
    };

    private static readonly ChoiceKey<ServerStart> Start = new("start",
        [("eager", ServerStart.Eager), ("lazy", ServerStart.Lazy)],
        standard: "eager",
        "When the server is started. `eager`: with all others. `lazy`: by the first call; until then clients see what it offered when it last ran. Where that is not known, it is started once to be asked.")
    {
        AppliesLive = true,
    };

    private static readonly NumberKey<TimeSpan> IdleStop = Number.DurationOrNone("idleStopMs", Standard.IdleStop, Limits.DayMs,
        "After so long without use the server is stopped; the next call starts it again. 0 never stops it.",
        appliesLive: true);

    private static readonly ChoiceKey<ServerIsolation> Isolation = new("isolation",
        [("auto", ServerIsolation.Auto), ("shared", ServerIsolation.Shared), ("session", ServerIsolation.Session)],
        standard: "auto",
        "Whether clients share one process. `shared`: one for all. `session`: one per client session, or per call of a client without sessions. `auto`: shared until the server shows that it needs more.");

    private static readonly ChoiceKey<ServerLifecycle> Lifecycle = new("lifecycle",
        [("auto", ServerLifecycle.Auto), ("initialize", ServerLifecycle.Initialize), ("discover", ServerLifecycle.Discover)],
        standard: "auto",
        "How the conversation with the server begins. `auto` finds out. `initialize`: as in the protocol revisions up to 2025-11-25. `discover`: as from 2026-07-28 on.");

    private static readonly SectionKey<RestartPolicy> Restart = new("restartPolicy", RestartPolicySection.Keys, RestartPolicySection.Read,
        "When and how often a failed server is started again. `null` never restarts.")
    {
        WhenNull = RestartPolicy.Never,
        Members = RestartPolicySection.Visit,
        AppliesLive = true,
        Synonyms = ["restart"],
    };

    private static readonly SectionKey<HealthPolicy> Health = new("health", HealthSection.Keys, HealthSection.Read,
        "How a running server is probed.")
    {
        Synonyms = ["healthCheck"],
        Members = HealthSection.Visit,
        AppliesLive = true,
    };

    private static readonly SectionKey<ShutdownPolicy> Shutdown = new("shutdown", ShutdownSection.Keys, ShutdownSection.Read,
        "How a server is stopped: calls drain, then end of input, then SIGTERM, then SIGKILL.")
    {
        Members = ShutdownSection.Visit,
        AppliesLive = true,
    };

    private static readonly ChoiceKey<ServerUpdateMode> Update = new("update",
        [("beside", ServerUpdateMode.Beside), ("inPlace", ServerUpdateMode.InPlace)],
        standard: "beside",
        "How a running server comes to a new definition that needs a restart. `beside`: the new version is started beside the old one and takes its place when it is ready. `inPlace`: the old one is stopped first, for servers that cannot run twice at one time (a fixed port, a lock file, a database).")
    {
        AppliesLive = true,
    };

    private static readonly SectionKey<ServerLimits> ProcessLimits = new("limits", ProcessLimitsSection.Keys, ProcessLimitsSection.Read,
        "How much of this machine each process of the server may take, with all that comes of it. What this machine cannot enforce is said in the log and in `resources`; see [processes.md](processes.md#limits).")
    {
        Members = ProcessLimitsSection.Visit,
        Synonyms = ["resources", "resourceLimits"],
    };

    private static readonly SectionKey<TaskPolicy> Tasks = new("taskConfig", TaskSection.Keys, TaskSection.Read,
        "How calls are waited for of which the server makes tasks, for clients that know no tasks themselves.")
    {
        Members = TaskSection.Visit,
        AppliesLive = true,
    };

    private static readonly SectionKey<ToolFilter> Tools = new("tools", ToolsSection.Keys, ToolsSection.Read,
        "Which of the server's tools are shown and may be called.")
    {
        Members = ToolsSection.Visit,
        AppliesLive = true,
    };

    public static TextMapKey Env { get; } = new("env", TextRules.VariableName, new(TextRules.Any, Secret: true, Late: true), StringComparer.Ordinal,
        "Variables added to the environment that the server inherits. Those of `defaults` and of the server are merged name by name.")
    {
        Synonyms = ["environment"],
    };

    public static TextListKey StopCommand { get; } = new("stopCommand", new(TextRules.Any, Secret: true, Late: true), "none",
        "A program and its arguments, run at every end of a process of the server: as the first step of a stop, after a crash, and for what a killed daemon left. For servers whose work is done elsewhere, such as `docker run`. It has the server's `env` and `cwd`, and `STEWARD_SERVER`, `STEWARD_RUN` and `STEWARD_PID`; no shell is involved.")
    {
        Synonyms = ["stop", "onStop"],
    };

    public static TextKey Cwd { get; } = new("cwd", new(TextRules.NotEmpty, Late: true), standard: null,
        "The working directory. A relative path is taken from the configuration file's folder.")
    {
        Absent = "the configuration file's folder",
        Synonyms = ["workingDirectory", "directory"],
    };

    public static KeySet Keys { get; } = new("defaults",
        [Env, Cwd, StopCommand, Disabled, AutoApprove, StartupTimeout, RequestTimeout, Queue, Replay, Start, IdleStop, Isolation, Lifecycle, Restart, Health, Shutdown, Update, ProcessLimits, Tasks, Tools]);

    public static ServerConfig Read(ConfigSection section, ServerConfig inherited)
    {
        var disabled = section.Read(Disabled, inherited.Disabled);
        if (disabled)
            section.IgnoreReferences();

        var stopCommand = section.Read(StopCommand, inherited.StopCommand) ?? [];
        if (stopCommand is ["", ..])
            section.Problem(StopCommand, "does not name a program", "Write [\"program\", \"argument\"], or [] for none.");

        return inherited with
        {
            Disabled = disabled,
            StopCommand = stopCommand,
            Limits = section.Read(ProcessLimits, inherited.Limits),
            Env = section.Read(Env, inherited.Env),
            Cwd = section.Read(Cwd, inherited.Cwd),
            AutoApprove = section.Read(AutoApprove, inherited.AutoApprove) ?? [],
            StartupTimeout = section.Read(StartupTimeout, inherited.StartupTimeout),
            RequestTimeout = section.Read(RequestTimeout, inherited.RequestTimeout),
            QueueTimeout = section.Read(Queue, inherited.QueueTimeout),
            Start = section.Read(Start, inherited.Start),
            IdleStop = section.Read(IdleStop, inherited.IdleStop),
            Isolation = section.Read(Isolation, inherited.Isolation),
            Lifecycle = section.Read(Lifecycle, inherited.Lifecycle),
            RestartPolicy = section.Read(Restart, inherited.RestartPolicy),
            Health = section.Read(Health, inherited.Health),
            Shutdown = section.Read(Shutdown, inherited.Shutdown),
            Replay = section.Read(Replay, inherited.Replay),
            Update = section.Read(Update, inherited.Update),
            Tasks = section.Read(Tasks, inherited.Tasks),
            Tools = section.Read(Tools, inherited.Tools),
        };
    }

    /// <summary>Leads a visitor over what is read here, but for what only a program has, environment and folder.</summary>
    public static void Visit(IKeyVisitor visitor, ServerConfig server, ServerConfig other)
    {
        visitor.Visit(Disabled, server.Disabled, other.Disabled);
        visitor.Visit(AutoApprove, server.AutoApprove, other.AutoApprove);
        visitor.Visit(StartupTimeout, server.StartupTimeout, other.StartupTimeout);
        visitor.Visit(RequestTimeout, server.RequestTimeout, other.RequestTimeout);
        visitor.Visit(Queue, server.QueueTimeout, other.QueueTimeout);
        visitor.Visit(Start, server.Start, other.Start);
        visitor.Visit(IdleStop, server.IdleStop, other.IdleStop);
        visitor.Visit(Isolation, server.Isolation, other.Isolation);
        visitor.Visit(Lifecycle, server.Lifecycle, other.Lifecycle);
        visitor.Visit(Restart, server.RestartPolicy, other.RestartPolicy);
        visitor.Visit(Health, server.Health, other.Health);
        visitor.Visit(Shutdown, server.Shutdown, other.Shutdown);
        visitor.Visit(Replay, server.Replay, other.Replay);
        visitor.Visit(Update, server.Update, other.Update);
        if (server.Transport == ServerTransport.Stdio)
            visitor.Visit(ProcessLimits, server.Limits, other.Limits);
        visitor.Visit(Tasks, server.Tasks, other.Tasks);
        visitor.Visit(Tools, server.Tools, other.Tools);
    }
}
