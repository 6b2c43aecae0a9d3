using ModelContextProtocol.Protocol;

#pragma warning disable MCP9005 // Servers of the revisions up to 2025-11-25 ask for roots and sampling, and log.

namespace Steward.Clients;

/// <summary>Hands what one server says to the handlers of the program.</summary>
internal sealed class ServerReports(string serverId, ServerHandlers handlers)
{
    /// <summary>Whether a handler wants to hear such a notification.</summary>
    public bool Wants(string method) => method switch
    {
        NotificationMethods.LoggingMessageNotification => handlers.Logging is not null,
        NotificationMethods.ProgressNotification => handlers.Progress is not null,
        NotificationMethods.ResourceUpdatedNotification => handlers.ResourceUpdated is not null,
        NotificationMethods.ElicitationCompleteNotification => handlers.ElicitationCompleted is not null,
        _ => handlers.ListChanged is not null && ListOf(method) is not null,
    };

    /// <summary>Calls the handler, where there is one.</summary>
    /// <param name="notification">What the server said.</param>
    /// <param name="call">The call to which it belongs, where that is certain.</param>
    /// <param name="cancellationToken">Cancelled when the conversation ends.</param>
    public ValueTask TellAsync(JsonRpcNotification notification, ServerCall? call, CancellationToken cancellationToken) => notification.Method switch
    {
        NotificationMethods.LoggingMessageNotification => TellAsync(handlers.Logging, notification, call, cancellationToken),
        NotificationMethods.ProgressNotification => TellAsync(handlers.Progress, notification, call, cancellationToken),
        NotificationMethods.ResourceUpdatedNotification => TellAsync(handlers.ResourceUpdated, notification, call: null, cancellationToken),
        NotificationMethods.ElicitationCompleteNotification => TellAsync(handlers.ElicitationCompleted, notification, call: null, cancellationToken),
        _ when handlers.ListChanged is { } changed && ListOf(notification.Method) is { } list => changed(new(serverId, list, Call: null), cancellationToken),
        _ => default,
    };

    private ValueTask TellAsync<TParams>(Func<HandlerContext<TParams>, CancellationToken, ValueTask>? handler, JsonRpcNotification notification, ServerCall? call, CancellationToken cancellationToken)
        where TParams : class =>
        handler is null ? default : handler(new(serverId, ClientJson.Read<TParams>(notification.Params), call), cancellationToken);

    private static ChangedList? ListOf(string method) => method switch
    {
        NotificationMethods.ToolListChangedNotification => ChangedList.Tools,
        NotificationMethods.PromptListChangedNotification => ChangedList.Prompts,
        NotificationMethods.ResourceListChangedNotification => ChangedList.Resources,
        _ => null,
    };
}
