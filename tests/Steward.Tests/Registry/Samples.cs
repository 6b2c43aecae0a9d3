using Steward.Configuration;
using Xunit;

namespace Steward.Tests.Registry;

/// <summary>Definitions to keep, and how to compare them.</summary>
internal static class Samples
{
    public static ServerConfig Server(string id, string command = "npx") => new() { Id = id, Command = command, BaseDirectory = "/srv" };

    public static ServerConfig Remote(string id, string url = "https://example.com/mcp") =>
        new() { Id = id, Url = url, Transport = ServerTransport.Http, BaseDirectory = "/srv" };

    /// <summary>Whether two definitions say the same. Records compare their lists by reference, so their texts are compared.</summary>
    public static void Equal(ServerConfig expected, ServerConfig actual)
    {
        Assert.Equal(expected.Id, actual.Id);
        Assert.Equal(Text(expected), Text(actual));
    }

    private static string Text(ServerConfig config) => System.Text.Encoding.UTF8.GetString(Steward.Registry.DefinitionText.Write(config));
}
