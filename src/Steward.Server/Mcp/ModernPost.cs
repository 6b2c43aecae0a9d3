using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Steward.Gateway;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Server.Mcp;

/// <summary>
/// Takes what clients of the modern era send: every request stands for itself. Whoever closes the response cancels.
/// See <see href="https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http"/>.
/// </summary>
internal sealed class ModernPost(McpGateway gateway)
{
    private const string ClosedByClient = "The client closed the response.";

    /// <summary>
    /// Whether a message is of the modern era. What says so in its <c>_meta</c> is; <c>initialize</c> opens a session otherwise, and what
    /// belongs to one says a revision of the legacy era in its header, or none.
    /// See <see href="https://modelcontextprotocol.io/specification/2026-07-28/basic/versioning#backward-compatibility-with-initialization-based-versions"/>.
    /// </summary>
    public static bool Takes(IHeaderDictionary headers, in JsonRpcEnvelope envelope)
    {
        if (envelope.ProtocolVersion.Exists)
            return true;
        if (envelope is { Method: McpMethod.Initialize, Kind: MessageKind.Request })
            return false;
        if (headers.TryGetValue(McpHeaders.ProtocolVersion, out var version))
            return !ProtocolRevisions.IsLegacy(version.ToString());
        return envelope.Method is McpMethod.ServerDiscover or McpMethod.SubscriptionsListen && StringValues.IsNullOrEmpty(headers[McpHeaders.SessionId]);
    }

    /// <summary>Whether a request without a body is of the modern era, which knows none.</summary>
    public static bool Takes(IHeaderDictionary headers) => headers.TryGetValue(McpHeaders.ProtocolVersion, out var version) && version == ProtocolRevisions.Modern;

    public ValueTask HandleAsync(HttpContext context, GatewayEndpoint endpoint, string? principal, ReadOnlyMemory<byte> message, in JsonRpcEnvelope envelope)
    {
        if (envelope.Kind == MessageKind.Request)
            return CheckAndRequestAsync(context, endpoint, principal, message, envelope);
        if (!envelope.ProtocolVersion.Exists && context.Request.Headers[McpHeaders.ProtocolVersion].ToString() is var version && version != ProtocolRevisions.Modern)
            return new(RefuseVersionAsync(context, message, envelope, version));
        if (envelope.Kind == MessageKind.Notification)
        {
            // None of the protocol has a meaning here: what ends a request is the end of its response.
            context.Response.StatusCode = StatusCodes.Status202Accepted;
            return default;
        }

        return new(McpErrors.WriteAsync(context, StatusCodes.Status400BadRequest, McpErrors.InvalidRequest, envelope.Kind == MessageKind.Response
            ? $"In revision {ProtocolRevisions.Modern} clients send no responses: answer by inputResponses in the request that asks again."
            : $"In revision {ProtocolRevisions.Modern} the body is a single request or notification."));
    }

    /// <summary>Nothing but POST is known in this era.</summary>
    public static Task RefuseMethodAsync(HttpContext context)
    {
        context.Response.Headers.Allow = "POST, OPTIONS";
        return McpErrors.WriteAsync(context, StatusCodes.Status405MethodNotAllowed, McpErrors.InvalidRequest,
            $"{context.Request.Method} does not exist in revision {ProtocolRevisions.Modern}; streams are opened by subscriptions/listen.");
    }

    private ValueTask CheckAndRequestAsync(HttpContext context, GatewayEndpoint endpoint, string? principal, ReadOnlyMemory<byte> message, in JsonRpcEnvelope envelope)
    {
        var headers = context.Request.Headers;
        if (!envelope.ProtocolVersion.Exists && headers.TryGetValue(McpHeaders.ProtocolVersion, out var version) && version != ProtocolRevisions.Modern)
            return new(RefuseVersionAsync(context, message, envelope, version.ToString()));
        if (!envelope.ProtocolVersion.Exists)
            return RequestAsync(context, endpoint, principal, message, envelope); // without its _meta it is malformed whatever its headers say
        // Which headers repeat its arguments is known once the tool is.
        return envelope.Method == McpMethod.ToolsCall && !endpoint.KnowsTool(envelope.Name.Of(message.Span))
            ? LearnAndRequestAsync(context, endpoint, principal, message, envelope)
            : CompareAndRequestAsync(context, endpoint, principal, message, envelope);
    }

    private async ValueTask LearnAndRequestAsync(HttpContext context, GatewayEndpoint endpoint, string? principal, ReadOnlyMemory<byte> message, JsonRpcEnvelope envelope)
    {
        if (await gateway.LearnToolAsync(endpoint, principal, message, envelope, context.RequestAborted) is { } refusal)
            await McpPost.WriteAsync(context, StatusOf(refusal), refusal);
        else
            await CompareAndRequestAsync(context, endpoint, principal, message, envelope);
    }

    private ValueTask CompareAndRequestAsync(HttpContext context, GatewayEndpoint endpoint, string? principal, ReadOnlyMemory<byte> message, in JsonRpcEnvelope envelope) =>
        ModernHeaders.FindMismatch(context.Request.Headers, endpoint, message.Span, envelope) is { } mismatch
            ? new(McpErrors.WriteAsync(context, StatusCodes.Status400BadRequest, envelope.Id.Of(message.Span), JsonRpcErrorCode.HeaderMismatch, mismatch))
            : RequestAsync(context, endpoint, principal, message, envelope);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask RequestAsync(HttpContext context, GatewayEndpoint endpoint, string? principal, ReadOnlyMemory<byte> message, JsonRpcEnvelope envelope)
    {
        var asked = gateway.RequestModernAsync(endpoint, principal, message, envelope);
        var reply = await McpPost.WaitAsync(asked, gateway, message, context.RequestAborted);
        if (reply.Subscription is { } subscription)
        {
            await ServeAsync(context, subscription);
            return;
        }

        if (reply.Exchange is not { } exchange)
        {
            await McpPost.WriteAsync(context, StatusOf(reply), reply);
            return;
        }

        var whenAborted = context.RequestAborted.UnsafeRegister(static exchange => ((Exchange)exchange!).Cancel(ClosedByClient), exchange);
        try
        {
            switch (await exchange.First)
            {
                case ExchangeOutcome.Result:
                    context.Response.StatusCode = StatusOf(exchange.ErrorCode);
                    await McpPost.WriteResultAsync(context.Response, exchange.TakeResult());
                    break;
                case ExchangeOutcome.Stream:
                    await ServeAsync(context, exchange);
                    break;
                default:
                    // Either the client is gone, or Steward is about to be: the response ends without an answer.
                    McpStream.Begin(context);
                    break;
            }
        }
        finally
        {
            whenAborted.Unregister();
        }
    }

    private async Task ServeAsync(HttpContext context, ModernSubscription subscription)
    {
        try
        {
            await McpStream.ServeModernAsync(context, subscription.Stream);
        }
        finally
        {
            gateway.Close(subscription);
        }
    }

    private static async Task ServeAsync(HttpContext context, Exchange exchange)
    {
        try
        {
            await McpStream.ServeModernAsync(context, exchange.Stream!);
        }
        finally
        {
            exchange.Cancel(ClosedByClient); // unless it has ended: then nothing happens
        }
    }

    private static Task RefuseVersionAsync(HttpContext context, ReadOnlyMemory<byte> message, in JsonRpcEnvelope envelope, string requested)
    {
        var reply = RequestMeta.Unsupported(message.Span, envelope, requested);
        return McpErrors.WriteJsonAsync(context, StatusOf(reply), reply.Message!);
    }

    private static int StatusOf(in Reply reply) => reply.IsMalformed ? StatusCodes.Status400BadRequest : StatusOf(reply.ErrorCode);

    /// <summary>The status that the specification has for an error; all others are answers like any other.</summary>
    private static int StatusOf(int? errorCode) => errorCode switch
    {
        JsonRpcErrorCode.MethodNotFound => StatusCodes.Status404NotFound,
        { } code when JsonRpcErrorCode.IsModern(code) => StatusCodes.Status400BadRequest,
        _ => StatusCodes.Status200OK,
    };
}
