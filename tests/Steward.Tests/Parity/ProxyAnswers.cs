using System.Text.Json.Nodes;
using Steward.Tests.Server.Channels;
using Xunit;

namespace Steward.Tests.Parity;

/// <summary>What a client of the proxy's address reads between the events that tell how the servers are.</summary>
internal static class ProxyAnswers
{
    /// <summary>Makes a request and waits for its answer.</summary>
    public static async Task<JsonNode> AskAsync(this RigEvents client, string message)
    {
        await client.SayAsync(message);
        return await client.AnswerAsync();
    }

    /// <summary>Waits for the word that one server's status is told by.</summary>
    public static async Task StatusAsync(this RigEvents client, string server, string word)
    {
        while (true)
        {
            var (name, data) = await client.NextAsync();
            Assert.NotNull(name);
            if (name == "server-status" && JsonNode.Parse(data!)! is var status && (string?)status["server_name"] == server && (string?)status["status"] == word)
                return;
        }
    }
}
