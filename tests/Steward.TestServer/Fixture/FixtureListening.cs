using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Steward.TestServer.Fixture;

/// <summary><c>subscriptions/listen</c>: acknowledges, then passes on what the client asked for until it goes away.</summary>
internal static class FixtureListening
{
    private const string SubscriptionId = "io.modelcontextprotocol/subscriptionId";

    public static async ValueTask<EmptyResult> ListenAsync(
        RequestContext<SubscriptionsListenRequestParams> request, FixtureState state, CancellationToken cancellationToken)
    {
        var wanted = request.Params!.Notifications;
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellationToken.UnsafeRegister(static source => ((TaskCompletionSource)source!).TrySetResult(), ended);

        await NotifyAsync("notifications/subscriptions/acknowledged", new JsonObject { ["notifications"] = Granted(wanted) }, cancellationToken);
        state.Listen(ended, (method, uri, cancellation) =>
            Wants(wanted, method, uri) ? NotifyAsync(method, uri is null ? [] : new JsonObject { ["uri"] = uri }, cancellation) : Task.CompletedTask);
        try
        {
            await ended.Task;
            return new();
        }
        finally
        {
            state.Forget(ended);
        }

        Task NotifyAsync(string method, JsonObject parameters, CancellationToken cancellation)
        {
            var id = request.JsonRpcRequest.Id.Id;
            parameters["_meta"] = new JsonObject { [SubscriptionId] = id is string text ? text : JsonValue.Create((long)id!) };
            return request.Server.NotifyAsync(method, parameters, cancellation);
        }
    }

    private static bool Wants(SubscriptionsListenNotifications wanted, string method, string? uri) => method switch
    {
        "notifications/tools/list_changed" => wanted.ToolsListChanged == true,
        "notifications/prompts/list_changed" => wanted.PromptsListChanged == true,
        "notifications/resources/list_changed" => wanted.ResourcesListChanged == true,
        _ => uri is not null && wanted.ResourceSubscriptions?.Contains(uri) == true,
    };

    private static JsonObject Granted(SubscriptionsListenNotifications wanted)
    {
        var granted = new JsonObject();
        if (wanted.ToolsListChanged == true)
            granted["toolsListChanged"] = true;
        if (wanted.PromptsListChanged == true)
            granted["promptsListChanged"] = true;
        if (wanted.ResourcesListChanged == true)
            granted["resourcesListChanged"] = true;
        if (wanted.ResourceSubscriptions is { Count: > 0 } uris)
            granted["resourceSubscriptions"] = new JsonArray([.. uris.Select(uri => (JsonNode)uri)]);
        return granted;
    }
}
