using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Steward.Cli.Client;
using Steward.Cli.Import;
using Steward.Cli.Output;
using Steward.Configuration;
using Steward.Discovery;
using Steward.Server.Daemon;

namespace Steward.Cli.Discover;

/// <summary>
/// Looks for servers on behalf of a verb: on this machine itself, where the user's own PATH and folder count; elsewhere through the
/// daemon, which remembers what it heard, or itself where none runs.
/// </summary>
internal sealed class DiscoveryDesk
{
    private readonly CliContext _context;
    private readonly DataDirectory _data;
    private readonly StewardConfig? _config;

    private DiscoveryDesk(CliContext context, DataDirectory data, StewardConfig? config)
    {
        (_context, _data, _config) = (context, data, config);
        Gateways = [.. ServerBooks.GatewayAddresses(data).Append((config?.Gateway ?? new()).Listen).Distinct(StringComparer.Ordinal)];
        Discovery = new ServerDiscovery(DiscoverySources.Create(config?.Discovery ?? new(), Gateways), new MemoryDiscoveryCache(), DiscoveryOptions.Of(config?.Discovery ?? new()), NullLoggerFactory.Instance);
    }

    public ServerDiscovery Discovery { get; }

    /// <summary>Where Steward's gateway listens, or would: what leads there is no server.</summary>
    public IReadOnlyList<string> Gateways { get; }

    public static DiscoveryDesk Open(CliContext context, DataDirectory data)
    {
        var file = ConfigFile.Find(explicitPath: null, context.WorkingDirectory);
        try
        {
            return new(context, data, file is null ? null : ConfigFile.Load(file));
        }
        catch (ConfigException broken)
        {
            context.Error.WriteLine($"steward: warning: {SafeText.Line(file)} cannot be used ({broken.Problems.Count} {(broken.Problems.Count == 1 ? "problem" : "problems")}; 'steward up' names them). Looking as if it were not there.");
            return new(context, data, config: null);
        }
    }

    /// <summary>Asks the sources.</summary>
    /// <exception cref="CliException">A source that is named does not exist.</exception>
    public async Task<DiscoveryReport> DiscoverAsync(DiscoveryRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var names = Discovery.Resolve(request);
            var remote = names.Where(Discovery.IsRemote).ToList();
            var answered = remote.Count > 0 ? await AskDaemonAsync(remote, request, cancellationToken) : null;
            var asked = answered is null ? names : [.. names.Except(remote)];
            var own = await Discovery.DiscoverAsync(_context.CreateDiscoveryContext(), request with { Sources = asked }, cancellationToken);
            var all = own.Sources.Concat(answered?.Sources ?? []).ToDictionary(source => source.Source, StringComparer.OrdinalIgnoreCase);
            return new([.. names.Select(name => all.GetValueOrDefault(name)).OfType<SourceReport>()]);
        }
        catch (ArgumentException unknown)
        {
            throw new CliException(ExitCodes.Usage, SafeText.Line(unknown.Message), unknown);
        }
    }

    /// <summary>What is managed: by the daemon, else by what the next would run: the registry and the configuration of this folder.</summary>
    public async Task<IReadOnlyList<ServerConfig>> ListManagedAsync(CancellationToken cancellationToken)
    {
        var declared = DaemonLock.IsTaken(_data) ? [] : _config?.Servers ?? [];
        try
        {
            return [.. declared, .. await ServerBooks.ListAsync(_context, _data, cancellationToken)];
        }
        catch (CliException unreadable)
        {
            _context.Error.WriteLine($"steward: warning: what Steward has cannot be read: {unreadable.Message}");
            return declared;
        }
    }

    private async Task<DiscoveryReport?> AskDaemonAsync(List<string> sources, DiscoveryRequest request, CancellationToken cancellationToken)
    {
        try
        {
            using var daemon = DaemonClient.Connect(_context, _data);
            return DiscoveryJson.ReadReport(await daemon.ReadDiscoveryAsync(sources, request.Query, request.Refresh, cancellationToken));
        }
        catch (Exception error) when (error is CliException or JsonException or ConfigException or FormatException)
        {
            return null; // none runs, or one of another version: then without it
        }
    }
}
