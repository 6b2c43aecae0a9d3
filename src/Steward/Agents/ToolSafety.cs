using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Steward.Catalog;
using Steward.Upstreams;

namespace Steward.Agents;

/// <summary>
/// What a server says about the harm that a tool can do. These are hints: a server that is not trusted can say anything. What it does not
/// say is taken as the worst.
/// </summary>
public sealed record ToolSafety
{
    // The gateway asks at each call that may be made again: a definition is read once.
    private static readonly ConditionalWeakTable<CatalogItem, ToolSafety> KnownByItem = [];

    /// <summary>Of a tool about which nothing is known.</summary>
    public static ToolSafety Unknown { get; } = new();

    /// <summary>It changes nothing (<c>readOnlyHint</c>).</summary>
    /// <value>Default: <see langword="false"/>; also where the server says that it destroys, too.</value>
    public bool IsReadOnly { get; init; }

    /// <summary>A second call with the same arguments changes nothing more (<c>idempotentHint</c>), so that a call whose fate is unknown may be repeated.</summary>
    /// <value>Default: <see langword="false"/>; true of every tool that is read-only.</value>
    public bool IsIdempotent { get; init; }

    /// <summary>It may delete or overwrite (<c>destructiveHint</c>).</summary>
    /// <value>Default: <see langword="true"/>, unless it is read-only.</value>
    public bool IsDestructive { get; init; } = true;

    /// <summary>It deals with things outside, as the web is (<c>openWorldHint</c>).</summary>
    /// <value>Default: <see langword="true"/>.</value>
    public bool IsOpenWorld { get; init; } = true;

    /// <summary>The server may, or wants to, run it as a task: it can take long (<c>execution.taskSupport</c>).</summary>
    /// <value>Default: <see langword="false"/>.</value>
    public bool IsLongRunning { get; init; }

    /// <summary>
    /// Calls may run side by side without minding each other. Only of a tool that is read-only: that a call may be repeated says nothing of
    /// two at one time.
    /// </summary>
    public bool IsConcurrencySafe => IsReadOnly;

    /// <summary>What is known of a tool: <see cref="Unknown"/> of one that is no server's.</summary>
    public static ToolSafety Of(AITool tool)
    {
        ArgumentNullException.ThrowIfNull(tool);
        return tool.GetService<ServerTool>()?.Safety ?? Unknown;
    }

    /// <summary>What a server's run says of a tool: nothing of one that it does not offer.</summary>
    internal static ToolSafety Of(UpstreamRun run, string tool) =>
        run.Catalog[CatalogKind.Tools].FirstOrDefault(item => item.Key == tool) is { } found ? KnownByItem.GetValue(found, item => Read(ToolDefinition.Read(run.Connection.ServerId, item).Root)) : Unknown;

    internal static ToolSafety Read(JsonElement definition)
    {
        var annotations = definition.Object("annotations") ?? default;
        var isDestructive = annotations.Flag("destructiveHint");
        var isReadOnly = annotations.Flag("readOnlyHint") == true && isDestructive != true;
        return new ToolSafety
        {
            IsReadOnly = isReadOnly,
            IsIdempotent = isReadOnly || annotations.Flag("idempotentHint") == true,
            IsDestructive = isDestructive ?? !isReadOnly,
            IsOpenWorld = annotations.Flag("openWorldHint") ?? true,
            IsLongRunning = definition.Object("execution")?.Text("taskSupport") is "optional" or "required",
        };
    }
}
