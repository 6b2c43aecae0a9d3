using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace Steward.TestServer.Fixture;

/// <summary>The resources of the fixture server.</summary>
internal static class FixtureResources
{
    public const string Watched = "test://watched-resource";

    public static ListResourcesResult List() => Messages.Parse<ListResourcesResult>("""
        {"resources":[
            {"uri":"test://static-text","name":"static-text","description":"A text that never changes","mimeType":"text/plain"},
            {"uri":"test://static-binary","name":"static-binary","description":"An image that never changes","mimeType":"image/png"},
            {"uri":"test://watched-resource","name":"watched-resource","description":"Changes when update_resource is called","mimeType":"text/plain"}]}
        """);

    public static ListResourceTemplatesResult ListTemplates() => Messages.Parse<ListResourceTemplatesResult>("""
        {"resourceTemplates":[
            {"uriTemplate":"test://template/{id}/data","name":"template","description":"Data by id","mimeType":"application/json"}]}
        """);

    public static ReadResourceResult Read(string uri, FixtureState state, bool modern) => uri switch
    {
        "test://static-text" => Text(uri, "text/plain", "This is the content of the static text resource."),
        "test://static-binary" => Messages.Parse<ReadResourceResult>(
            $$"""{"contents":[{"uri":"{{uri}}","mimeType":"image/png","blob":"{{ContentTools.Png}}"}]}"""),
        Watched => Text(uri, "text/plain", $"revision {state.Revision}"),
        _ when IdOf(uri) is { } id => Text(uri, "application/json", new JsonObject
        {
            ["id"] = id,
            ["templateTest"] = true,
            ["data"] = $"Data for ID: {id}",
        }.ToJsonString()),
        _ => throw NotFound(uri, modern),
    };

    private static McpProtocolException NotFound(string uri, bool modern)
    {
        var error = new McpProtocolException($"Resource not found: {uri}", modern ? McpErrorCode.InvalidParams : McpErrorCode.ResourceNotFound);
        error.Data["uri"] = uri;
        return error;
    }

    private static string? IdOf(string uri) =>
        uri.Split('/') is ["test:", "", "template", { Length: > 0 } id, "data"] ? id : null;

    private static ReadResourceResult Text(string uri, string mimeType, string text) =>
        new() { Contents = [new TextResourceContents { Uri = uri, MimeType = mimeType, Text = text }] };
}
