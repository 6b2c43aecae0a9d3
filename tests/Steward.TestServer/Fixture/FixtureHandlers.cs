using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Steward.TestServer.Fixture;

/// <summary>What the fixture server does with each request.</summary>
internal static class FixtureHandlers
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(5);

    public static McpServerHandlers Of(FixtureState state, FixtureSession session)
    {
        var tools = new FixtureTools(state, session);
        return new()
        {
            ListToolsHandler = (request, _) => Cacheable(request, new ListToolsResult { Tools = tools.List() }),
            CallToolHandler = async (request, cancellationToken) => await tools.CallAsync(request, cancellationToken),
            ListPromptsHandler = (request, _) => Cacheable(request, FixturePrompts.List(state)),
            GetPromptHandler = async (request, cancellationToken) => await FixturePrompts.GetAsync(request, cancellationToken),
            ListResourcesHandler = (request, _) => Cacheable(request, FixtureResources.List()),
            ListResourceTemplatesHandler = (request, _) => Cacheable(request, FixtureResources.ListTemplates()),
            ReadResourceHandler = (request, _) => Cacheable(request, FixtureResources.Read(request.Params!.Uri, state, Dialogue.IsModern(request.JsonRpcRequest))),
            CompleteHandler = (request, _) => ValueTask.FromResult(FixturePrompts.Complete(request.Params!)),
            SubscriptionsListenHandler = (request, cancellationToken) => FixtureListening.ListenAsync(request, state, cancellationToken),
#pragma warning disable MCP9005 // Obsolete in revision 2026-07-28 only.
            SetLoggingLevelHandler = (request, _) =>
            {
                session.Level = request.Params!.Level.ToString().ToLowerInvariant();
                return ValueTask.FromResult(new EmptyResult());
            },
            SubscribeToResourcesHandler = (request, _) =>
            {
                session.Subscriptions[request.Params!.Uri] = true;
                return ValueTask.FromResult(new EmptyResult());
            },
            UnsubscribeFromResourcesHandler = (request, _) =>
            {
                session.Subscriptions.TryRemove(request.Params!.Uri, out bool _);
                return ValueTask.FromResult(new EmptyResult());
            },
#pragma warning restore MCP9005
        };
    }

    private static ValueTask<T> Cacheable<TParameters, T>(RequestContext<TParameters> request, T result)
        where T : ICacheableResult
    {
        if (Dialogue.IsModern(request.JsonRpcRequest))
            (result.TimeToLive, result.CacheScope) = (Fresh, CacheScope.Public);
        return ValueTask.FromResult(result);
    }
}
