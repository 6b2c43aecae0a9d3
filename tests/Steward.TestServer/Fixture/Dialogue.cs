using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Steward.TestServer.Fixture;

/// <summary>
/// Asks the client of a request. In the legacy era by requests of the server; in the modern one by an input-required result:
/// the handler begins anew with the retry, and finds the answers so far in it and in the sealed state that came with it.
/// </summary>
internal sealed class Dialogue
{
    private static readonly ConcurrentDictionary<string, bool> Asking = new();

    private readonly McpServer _server;
    private readonly JsonRpcRequest _request;
    private readonly JsonObject _answers;

    public Dialogue(McpServer server, JsonRpcRequest request, RequestParams? parameters)
    {
        (_server, _request) = (server, request);
        _answers = parameters?.RequestState is { } state ? SealedState.Open(state) : [];
        foreach (var (key, answer) in parameters?.InputResponses ?? new Dictionary<string, InputResponse>())
        {
            if (answer.RawValue.ValueKind == JsonValueKind.Object)
                _answers[key] = JsonNode.Parse(answer.RawValue.GetRawText());
        }
    }

    public static bool IsModern(JsonRpcRequest request) => request.Context?.ProtocolVersion == EraGate.ModernRevision;

    /// <summary>Whether the client said that it can answer.</summary>
    public bool CanAnswer(Question question) => question.Capability switch
    {
        "elicitation" => _server.ClientCapabilities?.Elicitation is not null,
#pragma warning disable MCP9005 // Obsolete in revision 2026-07-28 only.
        "sampling" => _server.ClientCapabilities?.Sampling is not null,
        _ => _server.ClientCapabilities?.Roots is not null,
#pragma warning restore MCP9005
    };

    /// <summary>Asks one thing and returns the answer as it came.</summary>
    public async Task<JsonNode> AskAsync(Question question, CancellationToken cancellationToken) =>
        (await AskAsync([question], cancellationToken))[0];

    /// <summary>Asks several things at once and returns the answers in the same order.</summary>
    public async Task<JsonNode[]> AskAsync(IReadOnlyList<Question> questions, CancellationToken cancellationToken)
    {
        if (!IsModern(_request))
            return await Task.WhenAll(questions.Select(question => RequestAsync(question, cancellationToken)));

        Question[] open = [.. questions.Where(question => _answers[question.Key] is null)];
        if (open.Length == 0)
            return [.. questions.Select(question => _answers[question.Key]!)];
        if (open.FirstOrDefault(question => !CanAnswer(question)) is { } impossible)
            throw new MissingRequiredClientCapabilityException(Messages.Parse<ClientCapabilities>($$$"""{"{{{impossible.Capability}}}":{}}"""));
        throw new InputRequiredException(open.ToDictionary(question => question.Key, Request), SealedState.Seal(_answers));
    }

    private static InputRequest Request(Question question) =>
        new() { Method = question.Method, Params = JsonElement.Parse(question.Parameters.ToJsonString()) };

    // The key is the request's id, as long as nobody else asks the same at the same time.
    private async Task<JsonNode> RequestAsync(Question question, CancellationToken cancellationToken)
    {
        var request = new JsonRpcRequest { Method = question.Method, Params = question.Parameters.DeepClone() };
        var isOnly = Asking.TryAdd(question.Key, true);
        if (isOnly)
            request.Id = new(question.Key);
        try
        {
            var response = await _server.SendRequestAsync(request, cancellationToken);
            return response.Result ?? new JsonObject();
        }
        finally
        {
            if (isOnly)
                Asking.TryRemove(question.Key, out _);
        }
    }
}
