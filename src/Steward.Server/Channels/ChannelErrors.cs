using Microsoft.AspNetCore.Http;
using Steward.Server.Mcp;
using Steward.Wire;

namespace Steward.Server.Channels;

/// <summary>Refusals of channels.</summary>
internal static class ChannelErrors
{
    public static Task FullAsync(HttpContext context, ChannelTable channels)
    {
        context.Response.Headers.RetryAfter = "30";
        return McpErrors.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, JsonRpcErrorCode.LimitReached,
            $"There are {channels.Limit} connections already (gateway.limits.sessions), or Steward is being stopped; try again later.");
    }
}
