namespace Steward.TestServer.Fixture;

/// <summary>Tools that return content of each kind, named and worded as the conformance suite wants them.</summary>
internal static class ContentTools
{
    /// <summary>One red pixel.</summary>
    public const string Png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";

    /// <summary>Two milliseconds of silence.</summary>
    private const string Wav = "UklGRjQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YRAAAACAgICAgICAgICAgICAgICA";

    public static FixtureTool[] All { get; } =
    [
        FixtureTool.Constant("test_simple_text", "Returns simple text",
            """{"content":[{"type":"text","text":"This is a simple text response for testing."}]}"""),
        FixtureTool.Constant("test_image_content", "Returns an image",
            $$"""{"content":[{"type":"image","data":"{{Png}}","mimeType":"image/png"}]}"""),
        FixtureTool.Constant("test_audio_content", "Returns audio",
            $$"""{"content":[{"type":"audio","data":"{{Wav}}","mimeType":"audio/wav"}]}"""),
        FixtureTool.Constant("test_embedded_resource", "Returns an embedded resource", """
            {"content":[{"type":"resource","resource":
                {"uri":"test://embedded-resource","mimeType":"text/plain","text":"This is an embedded resource content."}}]}
            """),
        FixtureTool.Constant("test_multiple_content_types", "Returns text, an image and a resource", $$$"""
            {"content":[{"type":"text","text":"Multiple content types test:"},
                {"type":"image","data":"{{{Png}}}","mimeType":"image/png"},
                {"type":"resource","resource":
                    {"uri":"test://mixed-content-resource","mimeType":"application/json","text":"{\"test\":\"data\",\"value\":123}"}}]}
            """),
        FixtureTool.Constant("test_error_handling", "Always fails",
            """{"isError":true,"content":[{"type":"text","text":"This tool intentionally returns an error for testing"}]}"""),
        FixtureTool.Constant("json_schema_2020_12_tool", "Tool with JSON Schema 2020-12 features",
            """{"content":[{"type":"text","text":"The arguments fit the schema."}]}""") with { InputSchema = Schema },
    ];

    private const string Schema = """
        {"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object",
         "$defs":{"address":{"$anchor":"addressDef","type":"object","properties":{"street":{"type":"string"},"city":{"type":"string"}}}},
         "properties":{"name":{"type":"string"},"address":{"$ref":"#/$defs/address"},
            "contactMethod":{"type":"string","enum":["phone","email"]},"phone":{"type":"string"},"email":{"type":"string"}},
         "allOf":[{"anyOf":[{"required":["phone"]},{"required":["email"]}]}],
         "if":{"properties":{"contactMethod":{"const":"phone"}},"required":["contactMethod"]},
         "then":{"required":["phone"]},"else":{"required":["email"]},"additionalProperties":false}
        """;
}
