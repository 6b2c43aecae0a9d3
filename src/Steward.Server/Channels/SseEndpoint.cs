using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Steward.Configuration;
using Steward.Gateway;
using Steward.Gateway.Channels;
using Steward.Server.Mcp;
using Steward.Wire;

namespace Steward.Server.Channels;

/// <summary>
/// The transport of revision 2024-11-05: a stream of events whose first one says where to post messages. All that comes back, the
/// answers as well, comes on the stream. See <see href="https://modelcontextprotocol.io/specification/2024-11-05/basic/transports#http-with-sse"/>.
/// </summary>
internal sealed class SseEndpoint(McpGateway gateway, ChannelTable channels, GatewayLimits limits, ILogger logger)
{
    private const string SessionId = "sessionId";
    private const int LargeBytes = 256 * 1024;

    private readonly long _bodyLimit = limits.BodyMb * 1024L * 1024L;

    /// <summary>Serves a stream until one of both sides ends it; the client's session lives as long.</summary>
    /// <param name="context">The request.</param>
    /// <param name="endpoint">What the client connects to.</param>
    /// <param name="principal">Who the client is.</param>
    /// <param name="messagesPath">Where it is to post.</param>
    /// <param name="aside">What else goes onto the stream while it lasts; <see langword="null"/> for nothing.</param>
    public async Task ServeAsync(HttpContext context, GatewayEndpoint endpoint, string? principal, string messagesPath, Func<SseWriter, CancellationToken, Task>? aside = null)
    {
        if (!McpHeaders.Accepts(context.Request, "text/event-stream"))
        {
            await McpErrors.WriteAsync(context, StatusCodes.Status406NotAcceptable, McpErrors.InvalidRequest, "GET opens a stream: Accept must list text/event-stream.");
            return;
        }

        using var channel = new ClientChannel(gateway, endpoint, principal, logger);
        if (!channels.TryAdd(channel, out var id))
        {
            await ChannelErrors.FullAsync(context, channels);
            return;
        }

        try
        {
            McpStream.Begin(context);
            using var writer = new SseWriter(context);
            await writer.WriteAsync("endpoint", $"{context.Request.PathBase}{messagesPath}?{SessionId}={id}");
            await PumpAsync(writer, channel, aside, context.RequestAborted);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client is gone, and with it what was for it.
        }
        finally
        {
            channels.Remove(id);
        }
    }

    /// <summary>Takes a message.</summary>
    public async Task ReceiveAsync(HttpContext context, GatewayEndpoint endpoint, string? principal)
    {
        var request = context.Request;
        if (!McpHeaders.HasJsonBody(request))
        {
            await McpErrors.WriteAsync(context, StatusCodes.Status415UnsupportedMediaType, McpErrors.InvalidRequest, "Content-Type must be application/json.");
            return;
        }

        var id = request.Query[SessionId].ToString();
        if (!channels.TryFind(id, endpoint, principal, out var channel))
        {
            var (status, complaint) = id.Length == 0
                ? (StatusCodes.Status400BadRequest, $"The parameter {SessionId} is missing; the stream's first event gives the whole address.")
                : (StatusCodes.Status404NotFound, "Session not found: its stream has ended, or never was; open a new one.");
            await McpErrors.WriteAsync(context, status, id.Length == 0 ? McpErrors.InvalidRequest : McpErrors.SessionNotFound, complaint);
            return;
        }

        var body = await RequestBody.ReadAsync(request, _bodyLimit);
        if (!body.Exists)
        {
            context.Response.Headers.Connection = "close"; // the rest of the body is not read: no further request could follow it
            await McpErrors.WriteAsync(context, StatusCodes.Status413PayloadTooLarge, McpErrors.InvalidRequest, $"The body is larger than {limits.BodyMb} MiB (gateway.limits.bodyMb).");
            return;
        }

        if (body.Length >= LargeBytes)
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // it takes its time: off the thread that waits for sockets
        await AcceptAsync(context, channel, body);
    }

    private static async Task AcceptAsync(HttpContext context, ClientChannel channel, RentedFrame body)
    {
        var envelope = JsonRpcEnvelope.Parse(body.Span);
        if (envelope.Kind == MessageKind.Invalid && !JsonRpcBatch.IsOne(body.Span))
        {
            var refusal = Refusal.OfInvalid(body.Span, envelope);
            body.Return();
            await McpErrors.WriteJsonAsync(context, StatusCodes.Status400BadRequest, refusal);
            return;
        }

        await channel.ReceiveAsync(body);
        context.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    private static async Task PumpAsync(SseWriter writer, ClientChannel channel, Func<SseWriter, CancellationToken, Task>? aside, CancellationToken aborted)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        var beside = aside?.Invoke(writer, end.Token) ?? Task.CompletedTask;
        try
        {
            await writer.PumpAsync(channel.Outbound, aborted);
        }
        finally
        {
            await end.CancelAsync();
            await beside.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
