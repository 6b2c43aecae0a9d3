using System.Text;
using System.Text.Json;

namespace Steward.Wire;

/// <summary>From a method's name to what it is, without allocating.</summary>
internal static class McpMethods
{
    /// <summary>The method that the reader's present string token names.</summary>
    public static McpMethod Parse(ref Utf8JsonReader reader) =>
        reader.ValueIsEscaped ? Parse(Encoding.UTF8.GetBytes(reader.GetString()!)) : Parse(reader.ValueSpan);

    /// <summary>The name of a client's method, for people and metrics; <c>other</c> where it is none of the protocol's.</summary>
    public static string NameOf(McpMethod method) => method switch
    {
        McpMethod.ToolsCall => "tools/call",
        McpMethod.ToolsList => "tools/list",
        McpMethod.PromptsGet => "prompts/get",
        McpMethod.PromptsList => "prompts/list",
        McpMethod.ResourcesRead => "resources/read",
        McpMethod.ResourcesList => "resources/list",
        McpMethod.ResourcesTemplatesList => "resources/templates/list",
        McpMethod.ResourcesSubscribe => "resources/subscribe",
        McpMethod.ResourcesUnsubscribe => "resources/unsubscribe",
        McpMethod.CompletionComplete => "completion/complete",
        McpMethod.LoggingSetLevel => "logging/setLevel",
        McpMethod.Ping => "ping",
        McpMethod.ServerDiscover => "server/discover",
        McpMethod.SubscriptionsListen => "subscriptions/listen",
        McpMethod.TasksGet => "tasks/get",
        McpMethod.TasksResult => "tasks/result",
        McpMethod.TasksList => "tasks/list",
        McpMethod.TasksCancel => "tasks/cancel",
        McpMethod.TasksUpdate => "tasks/update",
        _ => "other",
    };

    /// <summary>Whether an era has a method of the protocol. What is none of the protocol's may be a server's own: it exists.</summary>
    public static bool Exists(McpMethod method, ProtocolEra era) => era == ProtocolEra.Legacy
        ? method is not (McpMethod.ServerDiscover or McpMethod.SubscriptionsListen or McpMethod.TasksUpdate)
        : method is not (McpMethod.Initialize or McpMethod.Ping or McpMethod.LoggingSetLevel or McpMethod.ResourcesSubscribe or McpMethod.ResourcesUnsubscribe
            or McpMethod.TasksList or McpMethod.TasksResult);

    public static McpMethod Parse(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("tools/call"u8) ? McpMethod.ToolsCall
        : name.SequenceEqual("notifications/progress"u8) ? McpMethod.NotificationsProgress
        : name.SequenceEqual("tools/list"u8) ? McpMethod.ToolsList
        : name.SequenceEqual("initialize"u8) ? McpMethod.Initialize
        : name.SequenceEqual("ping"u8) ? McpMethod.Ping
        : name.SequenceEqual("notifications/message"u8) ? McpMethod.NotificationsMessage
        : name.SequenceEqual("notifications/initialized"u8) ? McpMethod.NotificationsInitialized
        : name.SequenceEqual("notifications/cancelled"u8) ? McpMethod.NotificationsCancelled
        : name.SequenceEqual("resources/read"u8) ? McpMethod.ResourcesRead
        : name.SequenceEqual("resources/list"u8) ? McpMethod.ResourcesList
        : name.SequenceEqual("resources/templates/list"u8) ? McpMethod.ResourcesTemplatesList
        : name.SequenceEqual("resources/subscribe"u8) ? McpMethod.ResourcesSubscribe
        : name.SequenceEqual("resources/unsubscribe"u8) ? McpMethod.ResourcesUnsubscribe
        : name.SequenceEqual("prompts/get"u8) ? McpMethod.PromptsGet
        : name.SequenceEqual("prompts/list"u8) ? McpMethod.PromptsList
        : name.SequenceEqual("completion/complete"u8) ? McpMethod.CompletionComplete
        : name.SequenceEqual("logging/setLevel"u8) ? McpMethod.LoggingSetLevel
        : name.SequenceEqual("sampling/createMessage"u8) ? McpMethod.SamplingCreateMessage
        : name.SequenceEqual("elicitation/create"u8) ? McpMethod.ElicitationCreate
        : name.SequenceEqual("roots/list"u8) ? McpMethod.RootsList
        : name.SequenceEqual("notifications/resources/updated"u8) ? McpMethod.NotificationsResourcesUpdated
        : name.SequenceEqual("notifications/tools/list_changed"u8) ? McpMethod.NotificationsToolsListChanged
        : name.SequenceEqual("notifications/prompts/list_changed"u8) ? McpMethod.NotificationsPromptsListChanged
        : name.SequenceEqual("notifications/resources/list_changed"u8) ? McpMethod.NotificationsResourcesListChanged
        : name.SequenceEqual("notifications/roots/list_changed"u8) ? McpMethod.NotificationsRootsListChanged
        : name.SequenceEqual("notifications/elicitation/complete"u8) ? McpMethod.NotificationsElicitationComplete
        : name.SequenceEqual("server/discover"u8) ? McpMethod.ServerDiscover
        : name.SequenceEqual("subscriptions/listen"u8) ? McpMethod.SubscriptionsListen
        : name.SequenceEqual("tasks/get"u8) ? McpMethod.TasksGet
        : name.SequenceEqual("tasks/result"u8) ? McpMethod.TasksResult
        : name.SequenceEqual("tasks/list"u8) ? McpMethod.TasksList
        : name.SequenceEqual("tasks/cancel"u8) ? McpMethod.TasksCancel
        : name.SequenceEqual("tasks/update"u8) ? McpMethod.TasksUpdate
        : name.SequenceEqual("notifications/tasks"u8) ? McpMethod.NotificationsTasks
        : name.SequenceEqual("notifications/tasks/status"u8) ? McpMethod.NotificationsTasksStatus
        : name.SequenceEqual("notifications/subscriptions/acknowledged"u8) ? McpMethod.NotificationsSubscriptionsAcknowledged
        : McpMethod.Other;
}
