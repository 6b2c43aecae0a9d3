using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Steward.Clients;
using Steward.Supervision;

#pragma warning disable MCP9005 // Servers of the revisions up to 2025-11-25 are told by a request how much to log.

namespace Steward;

/// <content>Talking to the servers.</content>
/// <remarks>
/// All of these fail with <see cref="UnknownServerException"/> where there is no server of that id, with <see cref="ServerNotRunningException"/> where it does not run (one that is starting is
/// waited for; one that is just being started again, for <see cref="Configuration.ServerConfig.QueueTimeout"/>), with <see cref="McpProtocolException"/> where the server answers with an error, and with <see cref="TimeoutException"/> where it keeps silent for longer than its <c>requestTimeoutMs</c>.
/// What only reads is asked for once more after a restart of the server, if that breaks the connection; where that breaks again, or the server does not come back in time,
/// there is an <see cref="UncertainResultException"/>.
/// </remarks>
public sealed partial class McpServerManager
{
    internal ManagedClients Clients => Embedding.Clients;

    private ServerOperations Operations => Embedding.Operations;

    /// <summary>
    /// A client of one server, the same for everybody who asks. It outlives the server's runs: while the server is started again calls wait for it
    /// (<see cref="Configuration.ServerConfig.QueueTimeout"/>), while it is down they fail, and when it is back they work again.
    /// Notifications are handed over in their order, and before the answer that they precede. It is the manager's: disposing it does nothing.
    /// </summary>
    /// <param name="id">The server, which must run, or be about to.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="UnknownServerException">There is no server of that id.</exception>
    /// <exception cref="ServerNotRunningException">The server does not run.</exception>
    /// <exception cref="McpException">The server runs, and cannot be spoken with all the same.</exception>
    public async Task<McpClient> GetClientAsync(string id, CancellationToken cancellationToken = default)
    {
        _ = Find(id);
        return await Clients.GetAsync(id, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lists all tools of a server, after its filter. What is returned can be called, also after a restart of the server.</summary>
    /// <param name="id">The server.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>The tools; empty where the server has none.</returns>
    /// <exception cref="McpException">The server pages for ever.</exception>
    public Task<IReadOnlyList<McpClientTool>> ListToolsAsync(string id, CancellationToken cancellationToken = default) =>
        Operations.ReadAsync(id, "the listing of its tools", (client, token) => ListReader.ReadAsync<McpClientTool>(RequestMethods.ToolsList, async cursor =>
        {
            var page = await client.ListToolsAsync(new ListToolsRequestParams { Cursor = cursor }, token).ConfigureAwait(false);
            return (page.Tools.Select(tool => new McpClientTool(client, tool)), page.NextCursor);
        }), cancellationToken);

    /// <summary>Calls a tool.</summary>
    /// <param name="id">The server.</param>
    /// <param name="tool">The tool's name, as the server gives it.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="options">How it is called.</param>
    /// <param name="cancellationToken">Gives the call up; the server is told.</param>
    /// <returns>The result, which may say that the tool failed: <see cref="CallToolResult.IsError"/>. Where the server makes a task of the call, the result of the task.</returns>
    /// <exception cref="UncertainResultException">The connection broke before the answer came, and the call was not made again: see <see cref="ToolCallOptions.Replay"/>.</exception>
    /// <exception cref="UrlElicitationRequiredException">The user must visit a page before.</exception>
    /// <exception cref="McpTaskException">The server made a task of the call, or asked for input, and nothing came of it.</exception>
    /// <exception cref="TimeoutException">It took longer than <see cref="ToolCallOptions.Timeout"/>, or the server kept silent for too long.</exception>
    public Task<CallToolResult> CallToolAsync(
        string id, string tool, IReadOnlyDictionary<string, object?>? arguments = null, ToolCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(tool);
        return Operations.CallToolAsync(id, tool, arguments, options ?? new ToolCallOptions(), cancellationToken);
    }

    /// <summary>Lists all resources of a server.</summary>
    /// <param name="id">The server.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>The resources; empty where the server has none.</returns>
    /// <exception cref="McpException">The server pages for ever.</exception>
    public Task<IReadOnlyList<McpClientResource>> ListResourcesAsync(string id, CancellationToken cancellationToken = default) =>
        Operations.ReadAsync(id, "the listing of its resources", (client, token) => ListReader.ReadAsync<McpClientResource>(RequestMethods.ResourcesList, async cursor =>
        {
            var page = await client.ListResourcesAsync(new ListResourcesRequestParams { Cursor = cursor }, token).ConfigureAwait(false);
            return (page.Resources.Select(resource => new McpClientResource(client, resource)), page.NextCursor);
        }), cancellationToken);

    /// <summary>Lists all templates of resources of a server.</summary>
    /// <param name="id">The server.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>The templates; empty where the server has none.</returns>
    /// <exception cref="McpException">The server pages for ever.</exception>
    public Task<IReadOnlyList<McpClientResourceTemplate>> ListResourceTemplatesAsync(string id, CancellationToken cancellationToken = default) =>
        Operations.ReadAsync(id, "the listing of its templates", (client, token) => ListReader.ReadAsync<McpClientResourceTemplate>(RequestMethods.ResourcesTemplatesList, async cursor =>
        {
            var page = await client.ListResourceTemplatesAsync(new ListResourceTemplatesRequestParams { Cursor = cursor }, token).ConfigureAwait(false);
            return (page.ResourceTemplates.Select(template => new McpClientResourceTemplate(client, template)), page.NextCursor);
        }), cancellationToken);

    /// <summary>Reads a resource.</summary>
    /// <param name="id">The server.</param>
    /// <param name="uri">The resource's URI, as the server gives it.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    public Task<ReadResourceResult> ReadResourceAsync(string id, string uri, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(uri);
        return Operations.ReadAsync(id, $"the reading of '{uri}'", (client, token) => client.ReadResourceAsync(new ReadResourceRequestParams { Uri = uri }, token), cancellationToken);
    }

    /// <summary>Lists all prompts of a server.</summary>
    /// <param name="id">The server.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>The prompts; empty where the server has none.</returns>
    /// <exception cref="McpException">The server pages for ever.</exception>
    public Task<IReadOnlyList<McpClientPrompt>> ListPromptsAsync(string id, CancellationToken cancellationToken = default) =>
        Operations.ReadAsync(id, "the listing of its prompts", (client, token) => ListReader.ReadAsync<McpClientPrompt>(RequestMethods.PromptsList, async cursor =>
        {
            var page = await client.ListPromptsAsync(new ListPromptsRequestParams { Cursor = cursor }, token).ConfigureAwait(false);
            return (page.Prompts.Select(prompt => new McpClientPrompt(client, prompt)), page.NextCursor);
        }), cancellationToken);

    /// <summary>Has a server fill in a prompt.</summary>
    /// <param name="id">The server.</param>
    /// <param name="prompt">The prompt's name, as the server gives it.</param>
    /// <param name="arguments">What to fill in.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    public Task<GetPromptResult> GetPromptAsync(string id, string prompt, IReadOnlyDictionary<string, object?>? arguments = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(prompt);
        return Operations.ReadAsync(id, $"the prompt '{prompt}'", (client, token) => client.GetPromptAsync(prompt, arguments, options: null, token), cancellationToken);
    }

    /// <summary>Asks how an argument could go on that the user has begun to write.</summary>
    /// <param name="id">The server.</param>
    /// <param name="reference">Whose argument it is: a <see cref="PromptReference"/>, or a <see cref="ResourceTemplateReference"/>.</param>
    /// <param name="argument">The argument's name.</param>
    /// <param name="value">What the user has written.</param>
    /// <param name="others">The arguments that are known already.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    public Task<CompleteResult> CompleteAsync(
        string id, Reference reference, string argument, string value, IReadOnlyDictionary<string, string>? others = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentException.ThrowIfNullOrEmpty(argument);
        var parameters = new CompleteRequestParams
        {
            Ref = reference,
            Argument = new Argument { Name = argument, Value = value },
            Context = others is null ? null : new CompleteContext { Arguments = others.ToDictionary() },
        };
        return Operations.ReadAsync(id, $"the completion of '{argument}'", (client, token) => client.CompleteAsync(parameters, token), cancellationToken);
    }

    /// <summary>
    /// Has a server tell when a resource changes: <see cref="ServerHandlers.ResourceUpdated"/> hears it. That holds through all restarts of the server, until
    /// <see cref="UnsubscribeFromResourceAsync"/> ends it or the server is removed.
    /// </summary>
    /// <param name="id">The server.</param>
    /// <param name="uri">The resource's URI, as the server gives it.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    public Task SubscribeToResourceAsync(string id, string uri, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(uri);
        return Operations.ReadAsync(id, $"the subscription to '{uri}'", async (client, token) =>
        {
            await client.SubscribeToResourceAsync(new SubscribeRequestParams { Uri = uri }, token).ConfigureAwait(false);
            return true;
        }, cancellationToken);
    }

    /// <summary>Ends what <see cref="SubscribeToResourceAsync"/> began.</summary>
    /// <param name="id">The server.</param>
    /// <param name="uri">The resource's URI.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    public Task UnsubscribeFromResourceAsync(string id, string uri, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(uri);
        return Operations.ReadAsync(id, $"the end of the subscription to '{uri}'", async (client, token) =>
        {
            await client.UnsubscribeFromResourceAsync(new UnsubscribeRequestParams { Uri = uri }, token).ConfigureAwait(false);
            return true;
        }, cancellationToken);
    }

    /// <summary>Says how much a server logs: <see cref="ServerHandlers.Logging"/> hears it. That holds through all restarts of the server.</summary>
    /// <param name="id">The server.</param>
    /// <param name="level">The least severe messages that are wanted.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    public Task SetLoggingLevelAsync(string id, LoggingLevel level, CancellationToken cancellationToken = default) =>
        Operations.ReadAsync(id, "the setting of its log level", async (client, token) =>
        {
            await client.SetLoggingLevelAsync(level, options: null, token).ConfigureAwait(false);
            return true;
        }, cancellationToken);

    /// <summary>Makes a request that the protocol or the server knows, and this class does not.</summary>
    /// <param name="id">The server.</param>
    /// <param name="method">The method.</param>
    /// <param name="parameters">Its <c>params</c>, an object; <see langword="null"/> for none.</param>
    /// <param name="timeout">How long it may take; <see langword="null"/> for no bound but the server's <c>requestTimeoutMs</c>.</param>
    /// <param name="cancellationToken">Gives it up; the server is told.</param>
    /// <returns>The <c>result</c>.</returns>
    /// <exception cref="UncertainResultException">The connection broke before the answer came; the request is never made again.</exception>
    public Task<JsonElement> SendRequestAsync(string id, string method, JsonElement? parameters = null, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(method);
        if (parameters is { ValueKind: not JsonValueKind.Object })
            throw new ArgumentException("The params of a request are an object.", nameof(parameters));
        return Operations.SendAsync(id, $"the request {method}", timeout, async (client, token) =>
        {
            var result = await client.RequestAsync(method, parameters is { } members ? JsonObject.Create(members) : null, token).ConfigureAwait(false);
            return JsonElement.Parse(result?.ToJsonString() ?? "null");
        }, cancellationToken);
    }

    /// <exception cref="UnknownServerException">There is no server of that id.</exception>
    internal ManagedServer ServerOf(string id) => Find(id).Server;
}
