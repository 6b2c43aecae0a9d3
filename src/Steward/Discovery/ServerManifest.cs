using System.Text.Json;
using Steward.Discovery.Local;
using Steward.Discovery.Remote;

namespace Steward.Discovery;

/// <summary>The <c>server.json</c> that some packages bring along: which arguments and variables their server needs.</summary>
internal static class ServerManifest
{
    /// <summary>The server with what the first manifest that is there asks for.</summary>
    public static DiscoveredServer Complete(DiscoveredServer server, IEnumerable<string> manifests, SafeFiles files, DiscoveryContext context)
    {
        if (manifests.Select(files.Json).FirstOrDefault(manifest => manifest is not null) is not { } found || RegistryEntry.Read(found) is not { } entry)
            return server;
        var package = entry.Packages.FirstOrDefault();
        var problems = new List<string>(server.Problems);
        var config = package.ValueKind == JsonValueKind.Object ? RegistryPackage.Complete(server.Config, package, context, problems) : server.Config;
        return DiscoveredConfig.ProblemOf(config) is null
            ? server with { Config = config, Problems = problems, Description = server.Description ?? entry.Description }
            : server;
    }
}
