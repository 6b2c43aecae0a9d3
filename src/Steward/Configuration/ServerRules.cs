using Steward.Configuration.Parsing;

namespace Steward.Configuration;

/// <summary>Holds what was put together in code to the rules of the configuration file.</summary>
internal static class ServerRules
{
    /// <exception cref="ConfigException">A definition breaks a rule, or two have one id; every problem is listed.</exception>
    public static StewardConfig Checked(StewardConfig config)
    {
        List<ConfigProblem> problems = [];
        List<ServerConfig> servers = [];
        HashSet<string> ids = new(StringComparer.Ordinal);
        foreach (var server in config.Servers)
        {
            try
            {
                servers.Add(ServerJson.Checked(server));
            }
            catch (ConfigException failure)
            {
                problems.AddRange(failure.Problems);
            }

            if (!ids.Add(server.Id))
                problems.Add(new($"server {server.Id}", 1, 1, "id", $"there are two servers of the id {Quote.Text(server.Id)}", "Give one of them another id."));
        }

        return problems.Count == 0 ? config with { Servers = servers } : throw new ConfigException(problems, []);
    }
}
