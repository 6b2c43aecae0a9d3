using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Steward.Configuration;
using Steward.Discovery;
using Steward.Discovery.Clients.Import;

namespace Steward.Cli.Import;

/// <summary>Shows scripts what an import would add, or has added. Secrets are masked.</summary>
internal static class ImportJson
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(ImportPlan plan, IReadOnlyCollection<string> added)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Indented))
        {
            json.WriteStartObject();
            json.WriteStartArray("servers");
            foreach (var candidate in plan.Candidates)
                Write(json, candidate, added.Contains(candidate.Server.Id) && candidate.IsNew);
            json.WriteEndArray();
            WriteTexts(json, "problems", plan.Problems);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void Write(Utf8JsonWriter json, ImportCandidate candidate, bool isAdded)
    {
        json.WriteStartObject();
        json.WriteString("id", candidate.ExistingId ?? candidate.Server.Id);
        json.WriteString("name", candidate.Server.Name);
        json.WriteString("state", isAdded ? "added" : candidate.IsNew ? "new" : "present");
        json.WriteString("source", candidate.Server.Source);
        json.WriteString("location", candidate.Server.Location);
        WriteTexts(json, "alsoAt", candidate.Server.AlsoAt);
        json.WritePropertyName("server");
        ServerJson.Write(json, SecretMask.Apply(candidate.Config));
        WriteTexts(json, "notes", candidate.Server.Problems);
        WriteTexts(json, "missing", candidate.Missing);
        json.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
