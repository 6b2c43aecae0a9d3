using System.Net;

namespace Steward.Discovery.Remote;

/// <summary>
/// A registry that speaks the API of the official one: https://github.com/modelcontextprotocol/registry/blob/main/docs/reference/api/openapi.yaml.
/// It searches by itself, and is asked for a bounded number of pages.
/// </summary>
internal sealed class RegistrySource(Uri address) : IDiscoverySource
{
    // v0.1 is the stable one; older registries have v0 only.
    private static readonly string[] ApiVersions = ["v0.1", "v0"];

    private readonly JsonReader _reader = new();

    public string Name => "registry";

    public string Description => $"the MCP registry at {address.Host}";

    public bool IsRemote => true;

    public bool Searches => true;

    public async Task<DiscoveryResult> DiscoverAsync(DiscoveryContext context, CancellationToken cancellationToken)
    {
        using var http = context.CreateHttpClient();
        http.Timeout = Timeout.InfiniteTimeSpan; // the whole source has its time
        RemoteStatusException? missing = null;
        foreach (var version in ApiVersions)
        {
            try
            {
                var versionAddress = new Uri($"{address.AbsoluteUri.TrimEnd('/')}/{version}");
                return await new RegistryReading(Name, versionAddress, _reader, http, context).ReadAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (RemoteStatusException status) when (status.Status == HttpStatusCode.NotFound)
            {
                missing ??= status;
            }
        }

        throw new DiscoveryException($"{missing!.Message}: 'registryUrl' of the section 'discovery' must be the address of a registry, without /v0.1/servers", missing);
    }
}
