namespace Steward.Wire;

/// <summary>The methods that the relay treats by name. Everything else is <see cref="Other"/> and passes through.</summary>
internal enum McpMethod : byte
{
    None,
    Other,
    Initialize,
    Ping,
    ToolsList,
    ToolsCall,
    PromptsList,
    PromptsGet,
    ResourcesList,
    ResourcesTemplatesList,
    ResourcesRead,
    ResourcesSubscribe,
    ResourcesUnsubscribe,
    CompletionComplete,
    LoggingSetLevel,
    SamplingCreateMessage,
    ElicitationCreate,
    RootsList,
    NotificationsInitialized,
    NotificationsCancelled,
    NotificationsProgress,
    NotificationsMessage,
    NotificationsResourcesUpdated,
    NotificationsToolsListChanged,
    NotificationsPromptsListChanged,
    NotificationsResourcesListChanged,
    NotificationsRootsListChanged,
    NotificationsElicitationComplete,
}
