using Microsoft.AspNetCore.Http;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Steward.TestServer.Fixture;

namespace Steward.TestServer.Web;

/// <summary>Streamable HTTP of revision 2026-07-28: each POST stands for itself.</summary>
internal sealed class ModernHttp
{
    private readonly FixtureServer _server;
    private readonly EraGate _gate = new(FixtureEra.Modern);

    public ModernHttp(FixtureServer server) => _server = server;

    public async Task HandleAsync(HttpContext context)
    {
        if (context.Request.Method != "POST")
        {
            context.Response.Headers.Allow = "POST";
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return;
        }

        if (await JsonRpcBody.ReadAsync(context) is not { } message)
            return;
        if ((message is JsonRpcRequest request ? ModernChecks.Refuse(request, context.Request.Headers) ?? _gate.Refuse(message) : null) is { } refusal)
        {
            await JsonRpcBody.WriteAsync(context, StatusOf(refusal), refusal);
            return;
        }

        if (message is not JsonRpcRequest)
        {
            context.Response.StatusCode = StatusCodes.Status202Accepted;
            return;
        }

        await ServeAsync(context, message);
    }

    private async Task ServeAsync(HttpContext context, JsonRpcMessage message)
    {
        message.Context = new() { ProtocolVersion = EraGate.ModernRevision };
        var gone = context.RequestAborted;
        await using var transport = new StreamableHttpServerTransport { Stateless = true };
        using var done = CancellationTokenSource.CreateLinkedTokenSource(gone);
        var serving = _server.ServeUngatedAsync(transport, done.Token);
        try
        {
            JsonRpcBody.Stream(context.Response);
            await transport.HandlePostRequestAsync(message, context.Response.Body, first =>
            {
                if (first is JsonRpcError error && !context.Response.HasStarted)
                    context.Response.StatusCode = StatusOf(error);
                return default;
            }, gone);
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            // The client closed the response: that is how it cancels.
        }

        await done.CancelAsync();
        try
        {
            await serving;
        }
        catch (OperationCanceledException)
        {
            // Asked for above.
        }
    }

    private static int StatusOf(JsonRpcError error) => error.Error.Code switch
    {
        (int)McpErrorCode.MethodNotFound => StatusCodes.Status404NotFound,
        (int)McpErrorCode.HeaderMismatch or (int)McpErrorCode.UnsupportedProtocolVersion or (int)McpErrorCode.MissingRequiredClientCapability
            => StatusCodes.Status400BadRequest,
        (int)McpErrorCode.InvalidParams when error.Error.Message.StartsWith(ModernChecks.MetaPrefix, StringComparison.Ordinal)
            => StatusCodes.Status400BadRequest,
        _ => StatusCodes.Status200OK,
    };
}
