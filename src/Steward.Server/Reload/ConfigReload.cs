using Microsoft.Extensions.Logging;
using Steward.Configuration;
using Steward.Configuration.Watching;
using Steward.Registry;
using Steward.Supervision;

namespace Steward.Server.Reload;

/// <summary>
/// Makes the servers what the configuration file says, when it changes or when somebody asks. One version is handed over after the other;
/// none waits until the servers of the one before have come up, so that a mended file is not held up by a server that hangs.
/// </summary>
internal sealed class ConfigReload(McpServerManager manager, ServerRegistry registry, ConfigSource? source, StewardConfig started, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private readonly SemaphoreSlim _turn = new(1); // never disposed: it holds no handle
    private readonly CancellationTokenSource _end = new(); // nor this
    private readonly Lock _gate = new();
    private ConfigState _state = new()
    {
        File = source?.File,
        Followed = source?.Follow ?? false,
        AppliedAt = time.GetUtcNow(),
        Warnings = started.Warnings,
    };

    private FileFollower? _follower;
    private StewardConfig? _taken; // since the start
    private int _version;

    /// <summary>What there is to know now.</summary>
    public ConfigState State
    {
        get
        {
            lock (_gate)
                return _state;
        }
    }

    /// <summary>Called with each configuration that says something else than the one before, once its servers have their new definitions.</summary>
    public Action<string?, ConfigPlan> Applied { get; set; } = static (_, _) => { };

    /// <summary>Takes over what of a configuration has its effect at once, beside the servers.</summary>
    public Action<StewardConfig> ApplyLive { get; set; } = static _ => { };

    /// <summary>Called when the file cannot be used.</summary>
    public Action<string?, IReadOnlyList<ConfigProblem>> Rejected { get; set; } = static (_, _) => { };

    /// <summary>Called with words for people when the file was taken over, or could not be.</summary>
    public Action<string>? Told { get; set; }

    /// <summary>Begins to follow the file, if there is one and it is to be followed.</summary>
    public void Start()
    {
        if (source is not { Follow: true })
            return;
        var isFirst = true;
        _follower = new FileFollower([source.File], TakeNextAsync, NoteLost, time);

        async Task TakeNextAsync(string file, byte[]? text, CancellationToken ended)
        {
            await TakeAsync(text, isFirst);
            isFirst = false;
        }
    }

    /// <summary>Reads the file again because somebody said so, whether it has changed or not. Never faults: what comes of it is told and logged.</summary>
    public Task ReloadAsync() => source is null ? Task.CompletedTask : Task.Run(ReloadSafelyAsync); // whoever says so, such as a signal, has no time to read it

    /// <summary>What a file would change.</summary>
    /// <param name="file">The file; <see langword="null"/> for the daemon's own.</param>
    /// <exception cref="ConfigException">The file cannot be used.</exception>
    /// <exception cref="InvalidOperationException">There is no file.</exception>
    public ConfigPlan Plan(string? file) => PlanOf(Read(file));

    /// <summary>Makes the servers what a file says, and waits until they have come to something.</summary>
    /// <param name="file">The file; <see langword="null"/> for the daemon's own.</param>
    /// <param name="cancellationToken">Ends the wait; what has begun goes on.</param>
    /// <exception cref="ConfigException">The file cannot be used.</exception>
    /// <exception cref="InvalidOperationException">There is no file.</exception>
    public async Task<AppliedPlan> ApplyAsync(string? file, CancellationToken cancellationToken)
    {
        var (plan, settling) = await BeginAsync(() => Read(file), file ?? source?.File).WaitAsync(cancellationToken);
        return new(plan, await settling.WaitAsync(cancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await (_follower?.DisposeAsync() ?? default);
    }

    private async Task ReloadSafelyAsync()
    {
        try
        {
            await TakeAsync(ConfigFile.TryRead(source!.File));
        }
        catch (Exception failure) // a bug of ours, of which nobody else hears
        {
            logger.ReloadFailed(source!.File, failure);
        }
    }

    private void NoteLost(string file, Exception failure)
    {
        logger.FollowingFailed(file, failure);
        Change(state => state with { Followed = false });
    }

    /// <summary>Takes a text of the file over, or says once why that cannot be.</summary>
    /// <param name="text">The text; <see langword="null"/> where there is none.</param>
    /// <param name="isFirst">
    /// Whether it is what the daemon has just been started with, as a rule. Somebody may have asked for something else since, and is not
    /// to be overruled by a file that nobody has touched.
    /// </param>
    private async Task TakeAsync(byte[]? text, bool isFirst = false)
    {
        try
        {
            var config = text is null ? Read(null) : source!.Override(ConfigFile.Parse(text, source.File, Path.GetDirectoryName(source.File)!));
            if (!isFirst || ConfigPlan.Between(started, registry.Over(config)) is not { ChangesNothing: true })
                await BeginAsync(() => config, source!.File);
        }
        catch (ConfigException unusable)
        {
            Change(state => state with { Problems = unusable.Problems });
            Rejected(source!.File, unusable.Problems);
            logger.ConfigurationUnusable(unusable.Message);
            Tell($"the configuration is not used, the one before stays: {unusable.Problems[0]}{(unusable.Problems.Count > 1 ? $" (and {unusable.Problems.Count - 1} more)" : "")}");
        }
        catch (Exception refused) when (refused is ObjectDisposedException or OperationCanceledException)
        {
            // Steward stops.
        }
    }

    private async Task<(ConfigPlan Plan, Task<IReadOnlyList<ServerOutcome>> Settling)> BeginAsync(Func<StewardConfig> read, string? file)
    {
        await _turn.WaitAsync(_end.Token);
        try
        {
            var config = read();
            using var hold = await registry.HoldAsync(config.Servers.Concat(manager.Declared).Select(server => server.Id), _end.Token);
            var plan = PlanOf(config);
            var settling = await manager.BeginApplyAsync(plan);
            var version = Interlocked.Increment(ref _version);
            var isOwn = source is null || file == source.File; // what is wrong with the daemon's own file is not mended by another
            var (isNews, wasBroken) = (!plan.ChangesNoServer || plan.Settings.Count > 0 || !plan.NeedsRestart.SequenceEqual(State.NeedsRestart), isOwn && State.Problems.Count > 0);
            _taken = config;
            ApplyLive(config);
            await registry.NoteAppliedAsync(config, plan);
            if (isNews)
                Applied(file, plan);
            Change(state => state with
            {
                AppliedAt = plan.ChangesNoServer && plan.Settings.Count == 0 && !wasBroken ? state.AppliedAt : time.GetUtcNow(),
                Problems = isOwn ? [] : state.Problems,
                Warnings = isOwn ? config.Warnings : state.Warnings,
                NeedsRestart = plan.NeedsRestart,
                Failures = plan.ChangesNoServer ? state.Failures : [],
            });
            if (isNews || wasBroken)
                Report(file, plan);
            return (plan, NoteAsync(settling, version));
        }
        finally
        {
            _turn.Release();
        }
    }

    private void Report(string? file, ConfigPlan plan)
    {
        logger.ConfigurationApplied(file ?? "a file", plan.ToString());
        Tell($"{(file == source?.File ? "the configuration" : $"the configuration {file}")} is taken over:\n{plan}");
    }

    /// <summary>Says it to people where somebody shows it. That it cannot be shown, as on a full disk, takes nothing from what was done.</summary>
    private void Tell(string text)
    {
        try
        {
            Told?.Invoke(text);
        }
        catch (Exception failure) // the display is not ours
        {
            logger.TellingFailed(failure);
        }
    }

    /// <summary>Notes what the servers have come to, unless they were defined anew since.</summary>
    private async Task<IReadOnlyList<ServerOutcome>> NoteAsync(Task<IReadOnlyList<ServerOutcome>> settling, int version)
    {
        var outcomes = await settling;
        foreach (var outcome in outcomes.Where(outcome => outcome.Error is not null))
        {
            logger.ServerNotAsConfigured(outcome.Id, outcome.Error!);
            if (outcome.Status is { Update.State: ServerUpdateState.Failed })
                Tell(outcome.Error!); // its status, which is shown as well, is what it was
        }

        foreach (var outcome in outcomes.Where(outcome => outcome.Warning is not null))
            logger.ServerShadowed(outcome.Id, outcome.Warning!);
        if (outcomes.Count > 0 && Volatile.Read(ref _version) == version)
            Change(state => state with { Failures = [.. outcomes.Where(outcome => outcome.Error is not null).Select(outcome => new ConfigFailure(outcome.Id, outcome.Error!))] });
        return outcomes;
    }

    private StewardConfig Read(string? file)
    {
        if (file is not null)
            return (source?.Override ?? (static config => config))(ConfigFile.Load(file));
        return source is not null
            ? source.Override(ConfigFile.Load(source.File))
            : throw new InvalidOperationException("This daemon was started without a configuration file: name one.");
    }

    /// <summary>What holds now of the parts that have their effect at once.</summary>
    private StewardConfig Live => _taken ?? started;

    /// <summary>Against what is now: the servers as they are, how much history is kept, and the rest as it was when the daemon was started.</summary>
    private ConfigPlan PlanOf(StewardConfig wanted) => ConfigPlan.Between(started with { Servers = manager.Declared, History = Live.History, Alerts = Live.Alerts }, registry.Over(wanted));

    private void Change(Func<ConfigState, ConfigState> change)
    {
        lock (_gate)
            _state = change(_state);
    }
}
