using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

#pragma warning disable MCP9005 // Servers of the revisions up to 2025-11-25 ask for roots and sampling, and log.

namespace Steward.Clients;

/// <summary>Has the handlers of the program answer what one server asks, whatever becomes of them.</summary>
internal sealed class ServerAnswers(string serverId, ServerHandlers handlers, ILogger logger)
{
    private const string Declined = "decline";
    private const string UrlMode = "url";

    private readonly FirstFailures _failures = new();

    /// <summary>What the program can be asked for, as the <c>capabilities</c> of <c>initialize</c>.</summary>
    public static JsonObject Capabilities(ServerHandlers handlers)
    {
        // Forms and pages always: a server that may not ask might go on without having asked. Without a handler they are declined.
        var capabilities = new JsonObject { ["elicitation"] = new JsonObject { ["form"] = new JsonObject(), ["url"] = new JsonObject() } };
        if (handlers.Sampling is not null)
            capabilities["sampling"] = handlers.SamplingTools ? new JsonObject { ["tools"] = new JsonObject() } : new JsonObject();
        if (handlers.Roots is not null)
            capabilities["roots"] = new JsonObject();
        return capabilities;
    }

    /// <summary>Answers a question.</summary>
    /// <param name="request">The question.</param>
    /// <param name="call">The call to which it belongs, where that is certain.</param>
    /// <param name="cancellationToken">Cancelled when nobody waits for the answer any more.</param>
    /// <returns>The <c>result</c>.</returns>
    /// <exception cref="McpProtocolException">The answer is an error.</exception>
    public async Task<JsonNode?> AnswerAsync(JsonRpcRequest request, ServerCall? call, CancellationToken cancellationToken)
    {
        try
        {
            return request.Method switch
            {
                RequestMethods.ElicitationCreate => await ElicitAsync(request, call, cancellationToken).ConfigureAwait(false),
                RequestMethods.SamplingCreateMessage when handlers.Sampling is { } sample => Write(await AskAsync(sample, request, call, cancellationToken).ConfigureAwait(false)),
                RequestMethods.RootsList when handlers.Roots is { } list => ClientJson.Write(await AskAsync(list, request, call, cancellationToken).ConfigureAwait(false)),
                _ => throw new McpProtocolException($"Nobody here can be asked for {request.Method}.", McpErrorCode.MethodNotFound),
            };
        }
        catch (Exception failure) when (failure is not McpProtocolException) // a handler of the program's: what it throws must harm nothing else
        {
            if (!cancellationToken.IsCancellationRequested)
                Complain(request.Method, failure);
            return request.Method == RequestMethods.ElicitationCreate
                ? Decline()
                : throw new McpProtocolException($"The handler of {request.Method} failed.", McpErrorCode.InternalError);
        }
    }

    /// <summary>The SDK, left to itself, takes the data of images and sounds in a model's answer for bytes, and encodes them once more.</summary>
    private static JsonNode? Write(CreateMessageResult answer)
    {
        var result = ClientJson.Write(answer);
        result!["content"] = answer.Content is [var only] ? ClientJson.Write(only) : new JsonArray([.. answer.Content.Select(block => ClientJson.Write(block))]);
        return result;
    }

    private async Task<JsonNode?> ElicitAsync(JsonRpcRequest request, ServerCall? call, CancellationToken cancellationToken)
    {
        var context = ContextOf<ElicitRequestParams>(request, call);
        var handler = context.Params.Mode == UrlMode ? handlers.UrlElicitation : handlers.Elicitation;
        if (handler is null)
            return Decline();
        try
        {
            return ClientJson.Write(await handler(context, cancellationToken).ConfigureAwait(false)) ?? throw new InvalidOperationException("The handler returned null.");
        }
        catch (McpProtocolException failure)
        {
            Complain(request.Method, failure);
            return Decline();
        }
    }

    private ValueTask<TResult> AskAsync<TParams, TResult>(Func<HandlerContext<TParams>, CancellationToken, ValueTask<TResult>> handler, JsonRpcRequest request, ServerCall? call, CancellationToken cancellationToken)
        where TParams : class => handler(ContextOf<TParams>(request, call), cancellationToken);

    private HandlerContext<TParams> ContextOf<TParams>(JsonRpcRequest request, ServerCall? call)
        where TParams : class
    {
        try
        {
            return new(serverId, ClientJson.Read<TParams>(request.Params), call);
        }
        catch (JsonException unreadable)
        {
            throw new McpProtocolException($"The parameters of {request.Method} cannot be read: {unreadable.Message}", McpErrorCode.InvalidParams);
        }
    }

    /// <summary>The first failure of a kind is a warning: a server could fill the log by asking again and again.</summary>
    private void Complain(string method, Exception failure)
    {
        if (_failures.IsFirst(method))
            logger.RequestHandlerFailed(serverId, method, failure);
        else
            logger.RequestHandlerFailedAgain(serverId, method, failure);
    }

    private static JsonObject Decline() => new() { ["action"] = Declined };
}
