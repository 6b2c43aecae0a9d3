using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using Steward.Clients;

namespace Steward.Agents;

/// <summary>
/// A tool of a managed server, for models. It outlives the server's runs: while the server is away a call fails, and when it is back calls
/// work again. Calls of one tool, and of one server, run side by side. From a tool that wraps it, <c>GetService&lt;ServerTool&gt;()</c> gets it.
/// </summary>
public sealed class ServerTool : AIFunction
{
    private static readonly JsonElement AnyObject = JsonElement.Parse("""{"type":"object"}""");

    private readonly McpServerManager _manager;
    private readonly ServerToolOptions _options;
    private readonly ILogger _logger;

    internal ServerTool(ToolDefinition definition, string name, McpServerManager manager, ServerToolOptions options, ILogger logger)
    {
        (Source, Name, _manager, _options, _logger) = (definition, name, manager, options, logger);
        var root = definition.Root;
        Title = root.Text("title") ?? root.Object("annotations")?.Text("title");
        Description = root.Text("description") ?? "";
        JsonSchema = root.Object("inputSchema") ?? AnyObject;
        ReturnJsonSchema = root.Object("outputSchema");
        Safety = ToolSafety.Read(root);
        AdditionalProperties = Describe();
        Marked = new ApprovalRequiredAIFunction(this);
    }

    /// <summary>The server.</summary>
    public string ServerId => Source.ServerId;

    /// <summary>What the server calls it.</summary>
    public string ToolName => Source.Name;

    /// <summary>What it is called for models.</summary>
    public override string Name { get; }

    /// <summary>What people call it; <see langword="null"/> where the server does not say.</summary>
    public string? Title { get; }

    /// <summary>What it does, in the server's words.</summary>
    public override string Description { get; }

    /// <summary>Everything that the server says of it, as it says it.</summary>
    public JsonElement Definition => Source.Root;

    /// <summary>The server's own schema of the arguments.</summary>
    public override JsonElement JsonSchema { get; }

    /// <summary>The server's own schema of the structured content; <see langword="null"/> where it gives none.</summary>
    public override JsonElement? ReturnJsonSchema { get; }

    /// <summary>What the server says of the harm that it can do.</summary>
    public ToolSafety Safety { get; }

    /// <summary>Whether its server's <see cref="Configuration.ServerConfig.AutoApprove"/> allows its calls now.</summary>
    public bool IsAutoApproved => _manager.FindConfig(ServerId)?.AutoApprove is { } names && (names.Contains("*") || names.Contains(ToolName));

    /// <summary><c>serverId</c> and <c>toolName</c>; and <c>title</c>, <c>annotations</c>, <c>icons</c> and <c>_meta</c>, where the server gives them.</summary>
    public override IReadOnlyDictionary<string, object?> AdditionalProperties { get; }

    /// <inheritdoc/>
    public override JsonSerializerOptions JsonSerializerOptions => _options.JsonSerializerOptions;

    internal ToolDefinition Source { get; }

    /// <summary>The same, saying of itself that a call needs approval.</summary>
    internal ApprovalRequiredAIFunction Marked { get; }

    /// <summary>Calls the tool, and returns all that the server answers. Approval is asked for as for every other call.</summary>
    /// <param name="arguments">The arguments; values may be of any type of which JSON can be made.</param>
    /// <param name="options">How it is called. Default: <see cref="ServerToolOptions.Call"/>.</param>
    /// <param name="cancellationToken">Gives the call up; the server is told.</param>
    /// <returns>The result: also where the tool failed, or the call was denied (<see cref="CallToolResult.IsError"/>).</returns>
    /// <exception cref="ArgumentException">An argument cannot become JSON.</exception>
    /// <exception cref="McpException">The server refused the call, or went away during it (<see cref="UncertainResultException"/>), or its task failed (<see cref="McpTaskException"/>).</exception>
    /// <exception cref="TimeoutException">It took longer than it may, or the server kept silent for too long.</exception>
    /// <exception cref="Supervision.ServerNotRunningException">The server does not run.</exception>
    /// <exception cref="Supervision.UnknownServerException">The server has been removed.</exception>
    public Task<CallToolResult> CallAsync(
        IReadOnlyDictionary<string, object?>? arguments = null, ToolCallOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync((IEnumerable<KeyValuePair<string, object?>>?)arguments ?? [], options ?? _options.Call, cancellationToken);

    /// <inheritdoc/>
    protected override async ValueTask<object?> InvokeCoreAsync(AIFunctionArguments arguments, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var call = Find<ToolCallOptions>(arguments) ?? _options.Call;
        if (Find<IProgress<ProgressNotificationValue>>(arguments) is { } progress)
            call = call with { Progress = progress };
        return ToolContent.Of(this, await CallAsync(arguments, call, cancellationToken).ConfigureAwait(false));
    }

    private static T? Find<T>(AIFunctionArguments arguments)
        where T : class => arguments.Context?.TryGetValue(typeof(T), out var found) == true ? found as T : null;

    private async Task<CallToolResult> CallAsync(IEnumerable<KeyValuePair<string, object?>> arguments, ToolCallOptions call, CancellationToken cancellationToken)
    {
        var sent = ToolArguments.ToJson(Name, arguments, _options.JsonSerializerOptions); // what is approved is what is sent
        if (_options.Approve is { } approve && !IsAutoApproved && await ApproveAsync(approve, sent, cancellationToken).ConfigureAwait(false) is { IsAllowed: false } denial)
            return Denied(denial);

        return await _manager.CallToolAsync(
            ServerId,
            ToolName,
            sent.EnumerateObject().ToDictionary(member => member.Name, member => (object?)member.Value),
            call with { Progress = Reporting(call.Progress) },
            cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<ToolApproval> ApproveAsync(Func<ToolApprovalRequest, CancellationToken, ValueTask<ToolApproval>> approve, JsonElement arguments, CancellationToken cancellationToken)
    {
        try
        {
            return await approve(new ToolApprovalRequest(this, arguments), cancellationToken).ConfigureAwait(false) ?? ToolApproval.Deny();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception failure) // of the program's own code: nobody has allowed the call
        {
            _logger.ApprovalFailed(ServerId, ToolName, failure);
            return ToolApproval.Deny("nobody could be asked.");
        }
    }

    private CallToolResult Denied(ToolApproval denial)
    {
        _logger.CallDenied(ServerId, ToolName);
        return new CallToolResult { IsError = true, Content = [new TextContentBlock { Text = $"The call was denied{(denial.Reason is { } reason ? $": {reason}" : ".")}" }] };
    }

    private IProgress<ProgressNotificationValue>? Reporting(IProgress<ProgressNotificationValue>? own) =>
        _options.Progress is { } all ? new ProgressReport(this, own, all) : own;

    private Dictionary<string, object?> Describe()
    {
        var about = new Dictionary<string, object?> { ["serverId"] = ServerId, ["toolName"] = ToolName };
        if (Title is { } title)
            about["title"] = title;
        foreach (var (name, kind) in new[] { ("annotations", JsonValueKind.Object), ("icons", JsonValueKind.Array), ("_meta", JsonValueKind.Object) })
        {
            if (Definition.Member(name) is { } member && member.ValueKind == kind)
                about[name] = member;
        }

        return about;
    }

    private sealed class ProgressReport(ServerTool tool, IProgress<ProgressNotificationValue>? own, IProgress<ToolProgress> all) : IProgress<ProgressNotificationValue>
    {
        public void Report(ProgressNotificationValue value)
        {
            own?.Report(value);
            all.Report(new ToolProgress(tool, value.Progress, value.Total, value.Message));
        }
    }
}
