using Microsoft.Extensions.Logging;
using Steward.Events;

namespace Steward.Discovery;

/// <summary>Looks for servers again and again, and tells of those that were not there before. The first look is what later ones are compared with.</summary>
internal sealed class AutoDiscovery : IAsyncDisposable
{
    private const int MostNamed = 50;

    // Anew, whatever is remembered: otherwise a look within the time of the cache would see nothing but the cache.
    private static readonly DiscoveryRequest Everything = new() { Refresh = true };

    private readonly ServerDiscovery _discovery;
    private readonly DiscoveryContext _context;
    private readonly TimeSpan _interval;
    private readonly EventBus _bus;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _end = new();
    private readonly Dictionary<string, HashSet<string>> _known = new(StringComparer.Ordinal);
    private readonly Task _loop;

    public AutoDiscovery(ServerDiscovery discovery, DiscoveryContext context, TimeSpan interval, EventBus bus, ILoggerFactory loggers)
    {
        (_discovery, _context, _interval, _bus, _logger) = (discovery, context, interval, bus, loggers.CreateLogger("Steward.Discovery"));
        _loop = Task.Run(RunAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    private async Task RunAsync()
    {
        if (!AreSourcesKnown())
            return;
        using var timer = new PeriodicTimer(_interval, _context.Time);
        try
        {
            do
                await LookAsync().ConfigureAwait(false);
            while (await timer.WaitForNextTickAsync(_end.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
            // The daemon ends.
        }
    }

    private bool AreSourcesKnown()
    {
        try
        {
            _discovery.Resolve(Everything);
            return true;
        }
        catch (ArgumentException unknown) // a source of the configuration that does not exist
        {
            _logger.AutoDiscoveryImpossible(unknown.Message);
            return false;
        }
    }

    private async Task LookAsync()
    {
        try
        {
            Compare(await _discovery.DiscoverAsync(_context, Everything, _end.Token).ConfigureAwait(false));
        }
        catch (Exception failure) when (!_end.IsCancellationRequested) // a bug of ours, or of a source: the next look may go well
        {
            _logger.LookFailed(failure);
        }
    }

    private void Compare(DiscoveryReport report)
    {
        var fresh = new List<DiscoveredServer>();
        foreach (var source in report.Sources.Where(source => source.State == SourceState.Fresh))
        {
            var isFirst = !_known.TryGetValue(source.Source, out var known);
            if (!isFirst)
                fresh.AddRange(source.Servers.Where(server => !known!.Contains(KeyOf(server))));
            _known[source.Source] = [.. source.Servers.Select(KeyOf)];
        }

        if (fresh.Count > 0)
            Tell(fresh);
    }

    /// <summary>A server is known by where it is from; the id may change when another of its name turns up.</summary>
    private static string KeyOf(DiscoveredServer server) => $"{server.Name}\n{server.Location}";

    private void Tell(List<DiscoveredServer> fresh)
    {
        _logger.ServersDiscovered(fresh.Count);
        _bus.Publish(new()
        {
            Name = EventNames.ServersDiscovered,
            Category = EventCategories.Discovery,
            Source = "discovery",
            Data = StewardEvent.DataOf(json =>
            {
                json.WriteNumber("count"u8, fresh.Count);
                json.WriteStartArray("servers"u8);
                foreach (var server in fresh.Take(MostNamed))
                {
                    json.WriteStartObject();
                    json.WriteString("id"u8, server.Id);
                    json.WriteString("name"u8, server.Name);
                    json.WriteString("source"u8, server.Source);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }),
        });
    }
}
