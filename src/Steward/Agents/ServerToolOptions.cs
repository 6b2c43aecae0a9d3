using System.Text.Json;
using Microsoft.Extensions.AI;
using ModelContextProtocol;
using Steward.Clients;
using Steward.Configuration;

namespace Steward.Agents;

/// <summary>Which tools <see cref="McpServerManager.GetToolsAsync(ServerToolOptions?, CancellationToken)"/> shows, how, and who allows their calls.</summary>
public sealed class ServerToolOptions
{
    /// <summary>Which tools are in the set. It has no influence on the names of the others. The servers' own filters (<see cref="ServerConfig.Tools"/>) come before it.</summary>
    /// <value>Default: <see langword="null"/>, all.</value>
    public Func<ServerTool, bool>? Filter { get; init; }

    /// <summary>How tools are named.</summary>
    /// <value>Default: <see langword="null"/>, as the configuration says (<c>gateway.naming</c>), which is <see cref="ToolNaming.Always"/> where it says nothing.</value>
    public ToolNaming? Naming { get; init; }

    /// <summary>
    /// Asked before each call of a tool that is not in its server's <see cref="ServerConfig.AutoApprove"/>, however the call came about. A call
    /// that it denies is not made, and its result tells the model so. It may wait for a person as long as it wants. Where it throws, the call is denied.
    /// </summary>
    /// <value>
    /// Default: <see langword="null"/>. Those tools are then <see cref="ApprovalRequiredAIFunction"/>s, and whoever invokes functions asks for
    /// approval in his own way. <see cref="ToolApproval.Always"/> asks nobody.
    /// </value>
    public Func<ToolApprovalRequest, CancellationToken, ValueTask<ToolApproval>>? Approve { get; init; }

    /// <summary>
    /// How tools are called: how long a call may take, whether it is made again when the connection breaks. A single call can have
    /// <see cref="ToolCallOptions"/> of its own, in <see cref="AIFunctionArguments.Context"/> by their type.
    /// </summary>
    /// <value>Default: as <see cref="McpServerManager.CallToolAsync"/> does it.</value>
    public ToolCallOptions Call { get; init; } = new();

    /// <summary>
    /// Told how far calls have come. A single call can have an <see cref="IProgress{T}"/> of <see cref="ProgressNotificationValue"/> of its own, in
    /// <see cref="AIFunctionArguments.Context"/> by its type.
    /// </summary>
    /// <value>Default: <see langword="null"/>, nobody: servers are then not asked for progress.</value>
    public IProgress<ToolProgress>? Progress { get; init; }

    /// <summary>Makes JSON of arguments that are objects of the program's own types.</summary>
    /// <value>Default: <see cref="McpJsonUtilities.DefaultOptions"/>.</value>
    public JsonSerializerOptions JsonSerializerOptions { get; init; } = McpJsonUtilities.DefaultOptions;

    /// <summary>
    /// How long a server may take, from when its start began, before the set is returned without its tools. They appear in the set when it is up.
    /// </summary>
    /// <value>Default: 3 seconds. <see cref="Timeout.InfiniteTimeSpan"/> waits until each runs or has failed.</value>
    public TimeSpan StartPatience { get; init; } = TimeSpan.FromSeconds(3);
}
