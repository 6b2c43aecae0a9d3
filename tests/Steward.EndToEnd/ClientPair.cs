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

    /// <summary>Both at the own endpoint of one server, called <c>server</c>.</summary>
    public static Task<ClientPair> ConnectAsync(JsonObject server, CancellationToken cancellationToken) =>
        ConnectAsync(new() { ["server"] = server }, steward => steward.EndpointOf("server"), cancellationToken);

    /// <summary>Both at the endpoint of all servers.</summary>
    public static Task<ClientPair> ConnectToAllAsync(JsonObject servers, CancellationToken cancellationToken) =>
        ConnectAsync(servers, steward => steward.Endpoint, cancellationToken);

    /// <summary>
    /// A full round trip through server and gateway: whatever was on its way to the client before has come when it ends.
    /// </summary>
    public static async Task<IReadOnlyList<JsonElement>> AllReceivedAsync(TypeScriptClient client, CancellationToken cancellationToken)
    {
        await client.RequestAsync("tools/list", null, cancellationToken);
        return client.Received;
    }

    /// <summary>One more client at the own endpoint of the server.</summary>
    public Task<TypeScriptClient> ConnectAnotherAsync(string name, CancellationToken cancellationToken) =>
        TypeScriptClient.ConnectAsync(Steward.EndpointOf("server"), name, AnswersOf(name), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Anna.DisposeAsync();
        await Bert.DisposeAsync();
        await Steward.DisposeAsync();
    }

    private static async Task<ClientPair> ConnectAsync(JsonObject servers, Func<StewardProcess, Uri> endpoint, CancellationToken cancellationToken)
    {
        var steward = await StewardProcess.StartReadyAsync(servers, cancellationToken);
        TypeScriptClient? anna = null;
        try
        {
            anna = await TypeScriptClient.ConnectAsync(endpoint(steward), "anna", AnswersOf("Anna"), cancellationToken);
            var bert = await TypeScriptClient.ConnectAsync(endpoint(steward), "bert", AnswersOf("Bert"), cancellationToken);
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

    public static JsonObject AnswersOf(string name) => new()
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
