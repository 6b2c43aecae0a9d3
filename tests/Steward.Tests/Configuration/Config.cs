using System.Text;
using Steward.Configuration;
using Xunit;

namespace Steward.Tests.Configuration;

/// <summary>Reads configuration texts in tests, with an environment of their own.</summary>
internal static class Config
{
    public const string FileName = "steward.json";

    public static readonly string Directory = Path.GetFullPath(Path.Combine(Path.GetTempPath(), "steward-config-tests"));

    public static StewardConfig Parse(string text, params (string Name, string Value)[] environment) =>
        ConfigFile.Parse(Encoding.UTF8.GetBytes(text), FileName, Directory, Variables(environment));

    /// <summary>The only server of a text.</summary>
    public static ServerConfig ParseServer(string server, params (string Name, string Value)[] environment) =>
        Assert.Single(Parse($$"""{ "mcpServers": { "a": {{server}} } }""", environment).Servers);

    public static ConfigException Fail(string text, params (string Name, string Value)[] environment) =>
        Assert.Throws<ConfigException>(() => Parse(text, environment));

    /// <summary>The only problem of a text.</summary>
    public static ConfigProblem Problem(string text, params (string Name, string Value)[] environment) =>
        Assert.Single(Fail(text, environment).Problems);

    /// <summary>The only problem of a server named a.</summary>
    public static ConfigProblem ServerProblem(string server, params (string Name, string Value)[] environment) =>
        Problem($$"""{ "mcpServers": { "a": {{server}} } }""", environment);

    /// <summary>The only problem of a gateway.</summary>
    public static ConfigProblem GatewayProblem(string gateway, params (string Name, string Value)[] environment) =>
        Problem($$"""{ "mcpServers": {}, "gateway": {{gateway}} }""", environment);

    public static VariableResolver Variables(params (string Name, string Value)[] environment) =>
        new(name => environment.FirstOrDefault(pair => pair.Name == name).Value);
}
