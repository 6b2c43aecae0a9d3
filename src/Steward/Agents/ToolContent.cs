using System.Text.Json;
using Microsoft.Extensions.AI;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using Steward.Clients;

namespace Steward.Agents;

/// <summary>
/// Makes of a tool's result what function invocation hands to the model. A failure is a result, too, since a model that reads why it failed
/// can try something else, and who invokes functions hides the text of exceptions from it.
/// </summary>
internal static class ToolContent
{
    /// <summary>What says of a content that it tells of a failure.</summary>
    public const string IsErrorProperty = "isError";

    private const string AnyMediaType = "application/octet-stream";

    /// <summary>
    /// <see langword="null"/> for nothing; the structured content where the text says the same or nothing; else one content, or an array of
    /// them, the structured one first.
    /// </summary>
    /// <exception cref="McpException">A part of it is not what it says that it is.</exception>
    public static object? Of(ServerTool tool, CallToolResult result)
    {
        if (result.IsError == true)
            return OfError(tool, result);

        var structured = result.StructuredContent is { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.Null) } given ? given : (JsonElement?)null;
        List<AIContent> contents = [.. result.Content.Where(block => structured is not { } same || !Says(block, same)).Select(block => Of(tool, block))];
        if (structured is { } value)
        {
            if (contents.Count == 0)
                return value;
            contents.Insert(0, new TextContent(value.GetRawText()) { RawRepresentation = value });
        }

        return Unwrapped(contents);
    }

    private static object? OfError(ServerTool tool, CallToolResult result)
    {
        AIContent[] contents = [.. result.Content.Select(block => Of(tool, block))];
        var words = string.Join('\n', contents.OfType<TextContent>().Select(text => text.Text));
        if (words.Length == 0)
            words = result.StructuredContent?.GetRawText() ?? $"tool '{tool.ToolName}' of server '{tool.ServerId}' failed and gave no reason.";
        var error = new TextContent($"Error: {words}") { RawRepresentation = result, AdditionalProperties = new() { [IsErrorProperty] = true } };
        return Unwrapped([error, .. contents.Where(content => content is not TextContent)]);
    }

    private static object? Unwrapped(IReadOnlyList<AIContent> contents) => contents switch
    {
        [] => null,
        [var only] => only,
        _ => contents.ToArray(),
    };

    /// <summary>Whether a text is the structured content once more, as servers are told to send it for clients that know no other.</summary>
    private static bool Says(ContentBlock block, JsonElement structured)
    {
        if (block is not TextContentBlock { Text: { } text })
            return false;
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 512 });
            return JsonElement.DeepEquals(document.RootElement, structured);
        }
        catch (Exception notTheSame) when (notTheSame is JsonException or ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }

    private static AIContent Of(ServerTool tool, ContentBlock block)
    {
        AIContent content;
        try
        {
            content = block switch
            {
                ImageContentBlock image => Data(image.DecodedData, image.MimeType),
                AudioContentBlock audio => Data(audio.DecodedData, audio.MimeType),
                EmbeddedResourceBlock { Resource: BlobResourceContents blob } => Data(blob.DecodedData, blob.MimeType),
                ResourceLinkBlock link => Link(link),
                _ => block.ToAIContent() ?? new TextContent(Serialize(block)),
            };
        }
        catch (FormatException malformed)
        {
            throw new McpException($"Tool '{tool.ToolName}' of server '{tool.ServerId}' answered with {block.Type} that is no valid base64.", malformed);
        }

        content.RawRepresentation = block;
        AddMeta(content, block);
        if (block is EmbeddedResourceBlock { Resource.Uri: { Length: > 0 } uri })
            (content.AdditionalProperties ??= [])["uri"] = uri;
        return content;
    }

    private static void AddMeta(AIContent content, ContentBlock block)
    {
        try
        {
            foreach (var (name, value) in block.Meta ?? [])
                (content.AdditionalProperties ??= [])[name] = value;
        }
        catch (ArgumentException)
        {
            // A member that stands there twice: what the server meant by it nobody can say, and the content is good without.
        }
    }

    private static DataContent Data(ReadOnlyMemory<byte> data, string? mediaType)
    {
        try
        {
            return new DataContent(data, string.IsNullOrWhiteSpace(mediaType) ? AnyMediaType : mediaType);
        }
        catch (ArgumentException) // no media type at all
        {
            return new DataContent(data, AnyMediaType);
        }
    }

    private static AIContent Link(ResourceLinkBlock link)
    {
        if (!Uri.TryCreate(link.Uri, UriKind.Absolute, out var uri))
            return new TextContent(Serialize(link));
        UriContent content;
        try
        {
            content = new UriContent(uri, string.IsNullOrWhiteSpace(link.MimeType) ? AnyMediaType : link.MimeType);
        }
        catch (ArgumentException)
        {
            content = new UriContent(uri, AnyMediaType);
        }

        (content.AdditionalProperties ??= [])["name"] = link.Name;
        if (link.Title is { } title)
            content.AdditionalProperties["title"] = title;
        if (link.Description is { } description)
            content.AdditionalProperties["description"] = description;
        return content;
    }

    private static string Serialize(ContentBlock block) =>
        JsonSerializer.Serialize(block, ClientJson.TypeOf<ContentBlock>());
}
