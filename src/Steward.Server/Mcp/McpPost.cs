using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Steward.Configuration;
using Steward.Gateway;
using Steward.Wire;

namespace Steward.Server.Mcp;

/// <summary>Takes what clients send. A request is answered as JSON when its answer comes first, else by a stream.</summary>
internal sealed class McpPost(McpGateway gateway, GatewayLimits limits)
{
    private const int LargeBytes = 256 * 1024;

    private readonly long _bodyLimit = limits.BodyMb * 1024L * 1024L;
    private readonly ModernPost _modern = new(gateway);

    public async Task HandleAsync(HttpContext context, GatewayEndpoint endpoint, string? principal)
    {
        if (!McpHeaders.HasJsonBody(context.Request))
        {
            await McpErrors.WriteAsync(context, StatusCodes.Status415UnsupportedMediaType, McpErrors.InvalidRequest, "Content-Type must be application/json.");
            return;
        }

        if (!McpHeaders.Accepts(context.Request, "application/json") || !McpHeaders.Accepts(context.Request, "text/event-stream"))
        {
            await McpErrors.WriteAsync(context, StatusCodes.Status406NotAcceptable, McpErrors.InvalidRequest, "Accept must list both application/json and text/event-stream.");
            return;
        }

        var body = await RequestBody.ReadAsync(context.Request, _bodyLimit);
        if (!body.Exists)
        {
            context.Response.Headers.Connection = "close"; // the rest of the body is not read: no further request could follow it
            await McpErrors.WriteAsync(context, StatusCodes.Status413PayloadTooLarge, McpErrors.InvalidRequest, $"The body is larger than {limits.BodyMb} MiB (gateway.limits.bodyMb).");
            return;
        }

        if (body.Length >= LargeBytes)
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // it takes its time: off the thread that waits for sockets
        try
        {
            await HandleMessageAsync(context, endpoint, principal, body.Memory);
        }
        finally
        {
            body.Return();
        }
    }

    private ValueTask HandleMessageAsync(HttpContext context, GatewayEndpoint endpoint, string? principal, ReadOnlyMemory<byte> message)
    {
        var envelope = JsonRpcEnvelope.Parse(message.Span);
        if (envelope.Kind == MessageKind.Invalid && !JsonRpcBatch.IsOne(message.Span))
            return new(RefuseInvalidAsync(context, message.Span, envelope));
        if (ModernPost.Takes(context.Request.Headers, envelope))
            return _modern.HandleAsync(context, endpoint, principal, message, envelope);
        if (envelope is { Kind: MessageKind.Request, Method: McpMethod.Initialize })
            return new(InitializeAsync(context, endpoint, principal, message, envelope));
        if (!McpHeaders.TryFindSession(context, gateway.Sessions, endpoint, principal, out var session, out var refusal))
            return new(refusal);

        switch (envelope.Kind)
        {
            case MessageKind.Request:
                return RequestAsync(context, session, message, envelope);
            case MessageKind.Invalid:
                return new(McpBatch.HandleAsync(context, session, message));
            default:
                McpGateway.Accept(session, message.Span, envelope);
                context.Response.StatusCode = StatusCodes.Status202Accepted;
                return default;
        }
    }

    private async Task InitializeAsync(HttpContext context, GatewayEndpoint endpoint, string? principal, ReadOnlyMemory<byte> message, JsonRpcEnvelope envelope)
    {
        var (session, answer) = await gateway.OpenAsync(endpoint, principal, message, envelope, channel: null, context.RequestAborted);
        if (session is not null)
            context.Response.Headers[McpHeaders.SessionId] = session.Id;
        var isFull = session is null && gateway.Sessions.Count >= gateway.Sessions.Limit;
        if (isFull)
            context.Response.Headers.RetryAfter = "30";
        await McpErrors.WriteJsonAsync(context, isFull ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK, answer);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask RequestAsync(HttpContext context, Session session, ReadOnlyMemory<byte> message, JsonRpcEnvelope envelope)
    {
        var asked = McpGateway.RequestAsync(session, message, envelope);
        var reply = await WaitAsync(asked, gateway, message, context.RequestAborted);
        if (reply.Exchange is not { } exchange)
        {
            await WriteAsync(context, StatusCodes.Status200OK, reply);
            return;
        }

        switch (await exchange.First)
        {
            case ExchangeOutcome.Result:
                await WriteResultAsync(context.Response, exchange.TakeResult());
                break;
            case ExchangeOutcome.Stream:
                await McpStream.ServeExchangeAsync(context, session, exchange);
                break;
            default:
                // Cancelled by the client: the specification knows no answer, so the stream just ends.
                McpStream.Begin(context);
                break;
        }
    }

    /// <summary>Waits for what becomes of a request. One that waits for its server is dropped when its client goes away.</summary>
    public static ValueTask<Reply> WaitAsync(ValueTask<Reply> asked, McpGateway gateway, ReadOnlyMemory<byte> message, CancellationToken gone) =>
        asked.IsCompleted ? asked : WatchAsync(asked, gateway, message, gone); // almost every one is: nothing is registered for it

    private static async ValueTask<Reply> WatchAsync(ValueTask<Reply> asked, McpGateway gateway, ReadOnlyMemory<byte> message, CancellationToken gone)
    {
        using (gone.UnsafeRegister(_ => gateway.Withdraw(message), null))
            return await asked;
    }

    /// <summary>Writes an answer of Steward's own. To a request that was withdrawn there is none, so the stream just ends.</summary>
    public static async ValueTask WriteAsync(HttpContext context, int status, Reply reply)
    {
        if (reply.Message is { } message)
            await McpErrors.WriteJsonAsync(context, status, message);
        else
            McpStream.Begin(context);
    }

    /// <summary>Writes an answer that came first, and returns its frame.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public static async ValueTask WriteResultAsync(HttpResponse response, RentedFrame result)
    {
        try
        {
            response.ContentType = "application/json";
            response.ContentLength = result.Length;
            await response.BodyWriter.WriteAsync(result.Memory);
        }
        finally
        {
            result.Return();
        }
    }

    private static Task RefuseInvalidAsync(HttpContext context, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        var reader = new Utf8JsonReader(message, JsonRpcEnvelope.ReaderOptions);
        try
        {
            while (reader.Read())
            {
                // Only whether it is JSON at all.
            }
        }
        catch (JsonException error)
        {
            return McpErrors.WriteAsync(context, StatusCodes.Status400BadRequest, envelope.Id.Of(message), JsonRpcErrorCode.ParseError, $"The body is no JSON: {error.Message}");
        }

        return McpErrors.WriteAsync(context, StatusCodes.Status400BadRequest, envelope.Id.Of(message), JsonRpcErrorCode.InvalidRequest,
            "The body is no JSON-RPC 2.0 message: it needs jsonrpc \"2.0\", and either method, or id with result or error, each once.");
    }
}
