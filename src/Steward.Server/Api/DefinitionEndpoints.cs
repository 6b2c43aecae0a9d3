using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Steward.Configuration;
using Steward.Registry;

namespace Steward.Server.Api;

/// <summary>How servers are defined: adding, changing and removing them while Steward runs.</summary>
internal static class DefinitionEndpoints
{
    public static void MapDefinitions(this IEndpointRouteBuilder api)
    {
        api.MapGet("/definitions", List).WithTags("definitions").WithName("getDefinitions")
            .WithSummary("The servers with their sources, tags and times, all or those that fit; and those whose definitions cannot be opened.");
        var servers = api.MapGroup("/servers").WithTags("definitions").ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        servers.MapPost("/", AddAsync).WithName("addServer").Accepts<JsonElement>("application/json").Produces<DefinitionEntry>(StatusCodes.Status201Created)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .WithSummary("Adds a server, keeps it and starts it. The body: its id, and as 'definition' the section that a configuration file would have; also source, folder, test and start.");
        var one = servers.MapGroup("/{id}").ProducesProblem(StatusCodes.Status404NotFound);
        one.MapGet("/definition", Get).WithName("getDefinition").Produces<DefinitionEntry>().WithSummary("One server with its definition, in which what is secret is masked.");
        one.MapPut("/definition", ReplaceAsync).WithName("replaceDefinition").Accepts<JsonElement>("application/json").Produces<DefinitionEntry>()
            .WithSummary("Gives a registered server another definition. It is restarted only where what changed needs that.");
        one.MapPatch("/definition", ChangeAsync).WithName("changeDefinition").Accepts<JsonElement>("application/merge-patch+json", "application/json").Produces<DefinitionEntry>()
            .WithSummary("Changes keys of a registered server's definition, as a JSON merge patch: null removes a key.");
        one.MapDelete("/", RemoveAsync).WithName("removeServer").Produces(StatusCodes.Status204NoContent)
            .WithSummary("Stops a registered server and forgets it. Its history stays readable. With registered=true also one that is hidden by a declared one of its id, which stays.");
        one.MapPost("/enable", (string id, ServerRegistry registry, CancellationToken aborted) => SetAsync(() => registry.EnableAsync(id, aborted)))
            .WithName("enableServer").Produces<DefinitionEntry>().WithSummary("Lets a disabled server run, and keeps that.");
        one.MapPost("/disable", (string id, ServerRegistry registry, CancellationToken aborted) => SetAsync(() => registry.DisableAsync(id, aborted)))
            .WithName("disableServer").Produces<DefinitionEntry>().WithSummary("Stops a server and keeps it from starting until it is enabled.");
    }

    private static IResult List(
        ServerRegistry registry,
        [Description("stdio, http, sse, websocket or auto")] string? transport = null,
        [Description("Whether it is enabled")] bool? enabled = null,
        [Description("A tag that it has")] string? tag = null,
        [Description("Its state, such as running")] string? state = null,
        [Description("Its source, such as file or cli")] string? source = null,
        [Description("A text in its id, name or tags")] string? text = null,
        [Description("At most so many; all, where nothing is said")] int? limit = null,
        [Description("Those behind the server of this id: the last of one page asks for the next")] string? after = null)
    {
        if (limit < 1)
            return ApiProblems.Invalid($"limit is {limit}; it must be 1 or more.");
        if (!FilterWords.TryRead<ServerTransport>("transport", transport, out var byTransport, out var problem)
            || !FilterWords.TryRead<Supervision.ServerState>("state", state, out var byState, out problem))
            return ApiProblems.Invalid(problem);
        var filter = new ServerFilter { Transport = byTransport, Enabled = enabled, Tag = tag, State = byState, Source = source, Text = text };
        var fitting = registry.List(filter);
        if (after is not null && !fitting.Any(entry => entry.Config.Id == after))
            return ApiProblems.Invalid($"after is '{after}', which is no server of this list any more: begin with the first page again.");
        var page = after is null ? fitting : fitting.SkipWhile(entry => entry.Config.Id != after).Skip(1);
        return TypedResults.Json(new DefinitionList([.. page.Take(limit ?? int.MaxValue).Select(DefinitionEntry.Of)], registry.Unreadable) { Total = fitting.Count }, ApiJson.Default.DefinitionList);
    }

    private static IResult Get([Description("The server's id")] string id, ServerRegistry registry, McpServerManager manager) => registry.Find(id) is { } entry
        ? Answer(entry)
        : ApiProblems.UnknownServer(id, manager);

    private static Task<IResult> AddAsync(HttpRequest request, ServerRegistry registry, CancellationToken aborted) => RegistryProblems.AnswerAsync(async () =>
    {
        using var body = await JsonDocument.ParseAsync(request.Body, default, aborted);
        if (!NewServer.TryRead(body.RootElement, out var added, out var problem))
            return ApiProblems.Invalid(problem);
        var entry = await registry.AddAsync(added.Config, added.Options, aborted);
        return TypedResults.Json(DefinitionEntry.InFull(entry), ApiJson.Default.DefinitionEntry, statusCode: StatusCodes.Status201Created);
    });

    private static Task<IResult> ReplaceAsync([Description("The server's id")] string id, HttpRequest request, ServerRegistry registry, McpServerManager manager, CancellationToken aborted) =>
        RedefineAsync(id, request, registry, manager, (_, body) => JsonElementText(body), aborted);

    private static Task<IResult> ChangeAsync([Description("The server's id")] string id, HttpRequest request, ServerRegistry registry, McpServerManager manager, CancellationToken aborted) =>
        RedefineAsync(id, request, registry, manager, (config, body) => Utf8(MergePatch.Apply(JsonNode.Parse(ServerJson.ToUtf8(config))!.AsObject(), body)), aborted);

    private static Task<IResult> RedefineAsync(
        string id, HttpRequest request, ServerRegistry registry, McpServerManager manager, Func<ServerConfig, JsonElement, byte[]> edit, CancellationToken aborted) => RegistryProblems.AnswerAsync(async () =>
    {
        if (registry.Find(id) is not { } known)
            return ApiProblems.UnknownServer(id, manager);
        using var body = await JsonDocument.ParseAsync(request.Body, default, aborted);
        if (body.RootElement.ValueKind != JsonValueKind.Object)
            return ApiProblems.Invalid("The body must be a JSON object with keys of a server's definition.");
        var config = ConfigFile.ParseServer(edit(known.Config, body.RootElement), id, "definition", known.Config.BaseDirectory, checkReferences: false);
        return Answer(await registry.UpdateAsync(config, aborted));
    });

    private static Task<IResult> RemoveAsync(
        [Description("The server's id")] string id,
        ServerRegistry registry,
        McpServerManager manager,
        CancellationToken aborted,
        [Description("The registered one, also where a declared one hides it")] bool registered = false) => RegistryProblems.AnswerAsync(async () =>
    {
        if (await (registered ? registry.RemoveRegisteredAsync(id, aborted) : registry.RemoveAsync(id, aborted)))
            return TypedResults.NoContent();
        return manager.FindStatus(id) is null ? ApiProblems.UnknownServer(id, manager) : ApiProblems.Conflict($"Nothing is registered as '{id}': this server is declared in the configuration file. Edit the file to remove it.");
    });

    private static Task<IResult> SetAsync(Func<Task<ServerEntry>> set) => RegistryProblems.AnswerAsync(async () => Answer(await set()));

    private static JsonHttpResult<DefinitionEntry> Answer(ServerEntry entry) => TypedResults.Json(DefinitionEntry.InFull(entry), ApiJson.Default.DefinitionEntry);

    private static byte[] JsonElementText(JsonElement element) => System.Text.Encoding.UTF8.GetBytes(element.GetRawText());

    private static byte[] Utf8(JsonNode node) => System.Text.Encoding.UTF8.GetBytes(node.ToJsonString());
}
