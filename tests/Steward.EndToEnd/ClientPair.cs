using System.Text.Json;
using System.Text.Json.Nodes;
using Steward.EndToEnd.Clients;
using Steward.EndToEnd.Running;

namespace Steward.EndToEnd;

/// <summary>Two clients at the same server at the same time, who answer the server's questions differently.</summary>
internal sealed class ClientPair : IAsyncDisposable
{
    private ClientPair(StewardProcess steward, TypeScriptClient anna, TypeScriptClient bert) => (Steward, Anna, Bert) = (steward, anna, bert);

    public StewardProcess Steward { get; }

    public TypeScriptClient Anna { get; }

    public TypeScriptClient Bert { get; }

    public static async Task<ClientPair> ConnectAsync(JsonObject server, CancellationToken cancellationToken)
    {
        var steward = await StewardProcess.StartReadyAsync(new() { ["server"] = server }, cancellationToken);
        TypeScriptClient? anna = null;
        try
        {
            anna = await TypeScriptClient.ConnectAsync(steward.EndpointOf("server"), "anna", AnswersOf("Anna"), cancellationToken);
            var bert = await TypeScriptClient.ConnectAsync(steward.EndpointOf("server"), "bert", AnswersOf("Bert"), cancellationToken);
            return new(steward, anna, bert);
        }
        catch
        {
            if (anna is not null)
                await anna.DisposeAsync();
            await steward.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// A full round trip through server and gateway: whatever was on its way to the client before has come when it ends.
    /// </summary>
    public static async Task<IReadOnlyList<JsonElement>> AllReceivedAsync(TypeScriptClient client, CancellationToken cancellationToken)
    {
        await client.RequestAsync("tools/list", null, cancellationToken);
        return client.Received;
    }

    public async ValueTask DisposeAsync()
    {
        await Anna.DisposeAsync();
        await Bert.DisposeAsync();
        await Steward.DisposeAsync();
    }

    private static JsonObject AnswersOf(string name) => new()
    {
        ["sampling/createMessage"] = new JsonObject
        {
            ["role"] = "assistant",
            ["model"] = "none",
            ["content"] = new JsonObject { ["type"] = "text", ["text"] = $"sampled by {name}" },
        },
        ["elicitation/create"] = new JsonObject { ["action"] = "accept", ["content"] = new JsonObject { ["name"] = name } },
        ["roots/list"] = new JsonObject { ["roots"] = new JsonArray(new JsonObject { ["uri"] = $"file:///home/{name}", ["name"] = name }) },
    };
}
