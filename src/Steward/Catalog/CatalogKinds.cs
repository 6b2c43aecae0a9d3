using Steward.Wire;

namespace Steward.Catalog;

/// <summary>What the protocol calls the lists and their parts.</summary>
internal static class CatalogKinds
{
    public const int Count = 4;

    public static string ListMethod(this CatalogKind kind) => kind switch
    {
        CatalogKind.Tools => "tools/list",
        CatalogKind.Prompts => "prompts/list",
        CatalogKind.Resources => "resources/list",
        _ => "resources/templates/list",
    };

    public static McpMethod Method(this CatalogKind kind) => kind switch
    {
        CatalogKind.Tools => McpMethod.ToolsList,
        CatalogKind.Prompts => McpMethod.PromptsList,
        CatalogKind.Resources => McpMethod.ResourcesList,
        _ => McpMethod.ResourcesTemplatesList,
    };

    /// <summary>The notification that says that the list has changed; resources and templates share one.</summary>
    public static string ChangedNotification(this CatalogKind kind) => kind switch
    {
        CatalogKind.Tools => "notifications/tools/list_changed",
        CatalogKind.Prompts => "notifications/prompts/list_changed",
        _ => "notifications/resources/list_changed",
    };

    /// <summary>The member of the result that holds the items.</summary>
    public static ReadOnlySpan<byte> ItemsMember(this CatalogKind kind) => kind switch
    {
        CatalogKind.Tools => "tools"u8,
        CatalogKind.Prompts => "prompts"u8,
        CatalogKind.Resources => "resources"u8,
        _ => "resourceTemplates"u8,
    };

    /// <summary>The member of an item that names it.</summary>
    public static ReadOnlySpan<byte> KeyMember(this CatalogKind kind) => kind switch
    {
        CatalogKind.Tools or CatalogKind.Prompts => "name"u8,
        CatalogKind.Resources => "uri"u8,
        _ => "uriTemplate"u8,
    };
}
