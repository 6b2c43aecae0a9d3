using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Steward.Cli.Output;

/// <summary>JSON for people.</summary>
internal static class JsonText
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The text with each member on a line.</summary>
    public static string Indent(string json)
    {
        using var document = JsonDocument.Parse(json);
        return Indent(document.RootElement);
    }

    public static string Indent(JsonElement element)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Indented))
            element.WriteTo(json);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
