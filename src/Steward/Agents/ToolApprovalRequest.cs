using System.Text.Json;

namespace Steward.Agents;

/// <summary>A call that somebody is to allow or deny.</summary>
/// <param name="Tool">The tool: whose it is, what it is called, what is known of its <see cref="ServerTool.Safety"/>.</param>
/// <param name="Arguments">The arguments, an object: exactly these are sent if the call is allowed.</param>
public sealed record ToolApprovalRequest(ServerTool Tool, JsonElement Arguments)
{
    /// <summary>The server that would be called.</summary>
    public string ServerId => Tool.ServerId;
}
