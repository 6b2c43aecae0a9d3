using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Steward.Discovery.Remote;

namespace Steward.Discovery;

/// <summary>
/// Asks sources where servers can be found: all at once, each within its own time, so that one that fails or hangs takes
/// nothing from the others. Nothing that is found is run or added. All members may be called from any thread.
/// </summary>
public sealed class ServerDiscovery
{
    private const int MostMade = 64;

    private readonly Dictionary<string, IDiscoverySource> _sources;
    private readonly ConcurrentDictionary<string, IDiscoverySource> _made = new(StringComparer.Ordinal);
    private readonly SourceMemory _memory;
    private readonly DiscoveryOptions _options;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<string, Lazy<Task<SourceReport>>> _underWay = new(StringComparer.Ordinal);

    /// <summary>Asks the given sources.</summary>
    /// <param name="sources">The sources, each with a name of its own.</param>
    /// <param name="cache">Where the answers of remote sources are remembered.</param>
    /// <param name="options">How to ask.</param>
    /// <param name="loggers">Where failures are noted.</param>
    public ServerDiscovery(IEnumerable<IDiscoverySource> sources, IDiscoveryCache cache, DiscoveryOptions options, ILoggerFactory loggers)
    {
        _logger = loggers.CreateLogger("Steward.Discovery");
        _sources = sources.ToDictionary(source => source.Name, StringComparer.OrdinalIgnoreCase);
        _memory = new SourceMemory(cache, options.CacheFor, _logger);
        _options = options;
    }

    /// <summary>The names of all sources.</summary>
    public IReadOnlyCollection<string> Sources => _sources.Keys;

    /// <summary>The sources that are asked when none is named: those of the options, else those of this machine.</summary>
    public IReadOnlyList<string> StandardSources => _options.StandardSources is { Count: > 0 } chosen ? chosen : [.. _sources.Values.Where(source => !source.IsRemote).Select(source => source.Name)];

    /// <summary>Whether the source of a name asks another machine; false where there is no such source.</summary>
    public bool IsRemote(string name) => TryFind(name)?.IsRemote == true;

    /// <summary>Whether the source of a name searches by itself, because nobody wants all that it has.</summary>
    internal bool Searches(string name) => TryFind(name)?.Searches == true;

    /// <summary>
    /// Asks. Whoever asks for the same at the same time shares the answer. With a query, and no source named, the sources that search
    /// are asked beside the standard ones.
    /// </summary>
    /// <exception cref="ArgumentException">A source that is named does not exist.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up. The sources go on for whoever else waits, within their time.</exception>
    public async Task<DiscoveryReport> DiscoverAsync(DiscoveryContext context, DiscoveryRequest request, CancellationToken cancellationToken = default)
    {
        var query = string.IsNullOrWhiteSpace(request.Query) ? null : request.Query.Trim();
        context = context with { Query = query };
        var sources = Resolve(request).Select(Find).ToList();
        var reports = await Task.WhenAll(sources.Select(source => ReportAsync(source, context, request.Refresh)))
            .WaitAsync(cancellationToken).ConfigureAwait(false);
        return new([.. reports.Select(report => report with { Servers = ServerQuery.Filter(report.Servers, query) })]);
    }

    /// <summary>The names of the sources that a request is for.</summary>
    /// <exception cref="ArgumentException">A source that is named does not exist.</exception>
    public IReadOnlyList<string> Resolve(DiscoveryRequest request)
    {
        var names = request.Sources
            ?? (string.IsNullOrWhiteSpace(request.Query) ? StandardSources : [.. StandardSources, .. _sources.Values.Where(source => source.Searches).Select(source => source.Name)]);
        return [.. names.Select(name => Find(name).Name).Distinct(StringComparer.Ordinal)];
    }

    private IDiscoverySource Find(string name) => TryFind(name)
        ?? throw new ArgumentException($"There is no source '{name}'. There are: {string.Join(", ", _sources.Keys)}, github:ORG/REPOSITORY[/FOLDER].");

    /// <summary>A source by its name. One that was made by its name is kept, with what it remembers of its service.</summary>
    private IDiscoverySource? TryFind(string name)
    {
        if (_sources.TryGetValue(name, out var source))
            return source;
        if (GitHubSource.TryCreate(name, _options.GitHub) is not { } made)
            return null;
        if (_made.TryGetValue(made.Name, out var kept))
            return kept;
        return _made.Count < MostMade ? _made.GetOrAdd(made.Name, made) : made;
    }

    private async Task<SourceReport> ReportAsync(IDiscoverySource source, DiscoveryContext context, bool refresh)
    {
        var key = source.Searches && context.Query is { } query ? $"{source.Name}?{query.ToLowerInvariant()}" : source.Name;
        if (!refresh && await _memory.FindFreshAsync(source, key, context.Time.GetUtcNow()).ConfigureAwait(false) is { } remembered)
            return Report(source, remembered, [], SourceState.Remembered);

        // Lazy: of those who come at one time only the first begins.
        var flight = _underWay.GetOrAdd(key, _ => new(() => AskAndForgetAsync(source, key, context)));
        return await flight.Value.ConfigureAwait(false);
    }

    private async Task<SourceReport> AskAndForgetAsync(IDiscoverySource source, string key, DiscoveryContext context)
    {
        try
        {
            return await AskAsync(source, key, context).ConfigureAwait(false);
        }
        finally
        {
            _underWay.TryRemove(key, out _);
        }
    }

    private async Task<SourceReport> AskAsync(IDiscoverySource source, string key, DiscoveryContext context)
    {
        var result = await AskInTimeAsync(source, context).ConfigureAwait(false);
        var now = context.Time.GetUtcNow();
        if (result is { IsComplete: true })
        {
            _logger.SourceAnswered(source.Name, result.Servers.Count);
            return Report(source, await _memory.RememberAsync(source, key, result, now).ConfigureAwait(false), [], SourceState.Fresh);
        }

        if (await _memory.FindAsync(source, key).ConfigureAwait(false) is { } before)
            return Report(source, before, [.. result.Problems, "What follows is what it said before."], SourceState.Stale);
        return new(source.Name, source.Description, result.Servers, result.Problems, result.Servers.Count > 0 ? now : null, result.Servers.Count > 0 ? SourceState.Fresh : SourceState.Failed);
    }

    /// <summary>Asks the source; whatever goes wrong becomes an incomplete result.</summary>
    private async Task<DiscoveryResult> AskInTimeAsync(IDiscoverySource source, DiscoveryContext context)
    {
        var timeout = source.IsRemote ? _options.RemoteTimeout : _options.LocalTimeout;
        using var end = new CancellationTokenSource(timeout, context.Time);
        // On a thread of its own, and left behind at the end of its time: a file of a dead network drive may hold a reader for ever.
        var asking = Task.Run(() => source.DiscoverAsync(context, end.Token), CancellationToken.None);
        try
        {
            return await asking.WaitAsync(end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            _ = asking.ContinueWith(static late => late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default); // seen: nobody waits any more
            return Failure(source, $"did not answer within {timeout.TotalSeconds:0.#} s. Try again later");
        }
        catch (DiscoveryException failure)
        {
            return Failure(source, failure.Message.TrimEnd('.'));
        }
        catch (Exception unexpected)
        {
            _logger.SourceBroke(source.Name, unexpected);
            return new([], [$"{source.Name} failed unexpectedly: {unexpected.Message.TrimEnd('.')}. Steward's log says more."]) { IsComplete = false };
        }
    }

    private DiscoveryResult Failure(IDiscoverySource source, string reason)
    {
        _logger.SourceFailed(source.Name, reason);
        return new([], [$"{source.Name}: {reason}."]) { IsComplete = false };
    }

    private static SourceReport Report(IDiscoverySource source, CachedDiscovery found, IReadOnlyList<string> problems, SourceState state) =>
        new(source.Name, source.Description, found.Result.Servers, [.. problems, .. found.Result.Problems], found.DiscoveredAt, state);
}
