using System.Net;
using Steward.Configuration.Parsing;
using Steward.Discovery.Clients;
using Steward.Discovery.Clients.Editing;
using Steward.Server.Daemon;

namespace Steward.Cli.Connect;

/// <summary>Steward as an address in a client's list.</summary>
internal sealed class GatewayLine(CliContext context, DataDirectory data, ClientApplication client, ClientFile file)
{
    private const string TokenVariable = "STEWARD_TOKEN";

    /// <exception cref="CliException">The client takes no address, or the daemon's cannot be had.</exception>
    public async Task<ConfigNode> CreateAsync(CancellationToken cancellationToken)
    {
        if (file.Dialect.HttpMembers is null)
            throw new CliException(ExitCodes.Usage, $"{client.Title} takes no addresses in {file.Locate(context.CreateDiscoveryContext())}. Leave out --http.");
        var facts = DaemonFacts.Read(data)
            ?? throw new CliException(ExitCodes.NoDaemon, $"No daemon is running with the data directory {data}, so there is no address. Start one with 'steward up', or leave out --http.");
        var url = $"{facts.Url}/mcp";
        if (!await NeedsTokenAsync(url, cancellationToken))
            return StewardLine.Address(file.Dialect, url, null);
        if (!StewardLine.TakesVariables(file.Dialect))
            throw new CliException(ExitCodes.Usage, $"The gateway asks for a token, and {client.Title} can have one only in clear in its file. Leave out --http.");
        context.Out.WriteLine($"The gateway asks for a token: {client.Title} takes it from the environment variable {TokenVariable}. Set it to one of gateway.auth.bearer.tokens.");
        return StewardLine.Address(file.Dialect, url, TokenVariable);
    }

    /// <summary>Whether the gateway refuses who shows none.</summary>
    private async Task<bool> NeedsTokenAsync(string url, CancellationToken cancellationToken)
    {
        var handler = context.Handler?.Invoke() ?? new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false };
        using var http = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(5) };
        try
        {
            using var answer = await http.GetAsync(new Uri(url), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return answer.StatusCode == HttpStatusCode.Unauthorized;
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw new CliException(ExitCodes.NoDaemon, $"The daemon at {url} does not answer. Start it with 'steward up', or leave out --http.", error);
        }
    }
}
