using Steward.Configuration;

namespace Steward.Discovery.Clients.Import;

/// <summary>What an import would add.</summary>
/// <param name="Candidates">Every server that was found.</param>
/// <param name="Problems">What could not be read.</param>
internal sealed record ImportPlan(IReadOnlyList<ImportCandidate> Candidates, IReadOnlyList<string> Problems)
{
    /// <summary>The servers that Steward does not have.</summary>
    public IEnumerable<ImportCandidate> New => Candidates.Where(candidate => candidate.IsNew);

    /// <summary>Compares what was found with the servers that there are.</summary>
    /// <param name="found">What was found.</param>
    /// <param name="existing">The servers that Steward has.</param>
    /// <param name="variables">The environment by which references are tried.</param>
    public static ImportPlan Create(DiscoveryResult found, IReadOnlyList<ServerConfig> existing, Func<string, string?> variables)
    {
        var managed = new ManagedMatch(existing);
        var isKnown = found.Servers.ToLookup(server => managed.Find(server) is not null);
        var fresh = FoundServers.Merge(isKnown[false], existing.Select(server => server.Id));
        // A program may start with an empty variable, but nobody means a token or an address to be empty: whoever wants that enables the server.
        var resolver = new VariableResolver(name => variables(name) is { Length: > 0 } value ? value : null);
        return new(
            [
                .. fresh.Select(server => new ImportCandidate(server, null, server.Config.Disabled ? [] : Missing(server.Config, resolver))),
                .. isKnown[true].Select(server => new ImportCandidate(server, managed.Find(server), [])),
            ],
            found.Problems);
    }

    private static List<string> Missing(ServerConfig config, VariableResolver resolver)
    {
        var missing = new List<string>();
        foreach (var text in Texts(config))
        {
            try
            {
                resolver.Resolve(text, config.BaseDirectory);
            }
            catch (VariableException unresolved) when (!missing.Contains(unresolved.Reference))
            {
                missing.Add(unresolved.Reference);
            }
            catch (VariableException)
            {
                // named already
            }
        }

        return missing;
    }

    private static IEnumerable<string> Texts(ServerConfig config) =>
    [
        config.Command ?? "", .. config.Args, .. config.Env.Values, config.Cwd ?? "", config.Url ?? "", .. config.Headers.Values,
        config.Auth?.Token ?? "", config.Auth?.Value ?? "", config.Auth?.ClientId ?? "", config.Auth?.ClientSecret ?? "",
    ];
}
