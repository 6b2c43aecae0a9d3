using System.Text;
using System.Text.Json;
using Steward.Configuration.Keys;
using Steward.Configuration.Parsing;
using Steward.Gateway;
using Steward.Wire;

namespace Steward.Configuration.Sections;

/// <summary>Reads <c>health.call</c>.</summary>
internal static class HealthCallSection
{
    private static readonly TextKey Tool = new("tool", new(TextRules.NotEmpty), standard: null,
        "The server's own name for the tool, also where `tools` hides it from clients. It should be quick and change nothing. Must be there.")
    {
        Absent = "",
        Synonyms = ["name"],
    };

    private static readonly JsonKey Arguments = new("arguments", "The arguments.") { Synonyms = ["args", "params", "input"] };

    private static readonly JsonKey Expect = new("expect",
        "What the result has to be beside no error. A text: one of the result's texts contains it. An object: `structuredContent`, or a text that is a JSON object, holds these members.")
    {
        MayBeText = true,
        Synonyms = ["expected"],
    };

    public static KeySet Keys { get; } = new("healthCall", [Tool, Arguments, Expect]);

    public static HealthCall Read(ConfigSection section, HealthCall inherited)
    {
        var tool = section.Read(Tool, inherited.Tool) ?? "";
        if (tool.Length == 0 && !section.Has(Tool))
            section.Problem(Tool, "tool is missing", "Add \"tool\": \"NAME\", one of the server's tools: 'steward tools' lists them.");
        var call = new HealthCall { Tool = tool, Arguments = section.Read(Arguments, inherited.Arguments) };
        var expected = section.Read(Expect, Written(inherited));
        return expected is ['"', ..] ? call with { ExpectedText = TextOf(expected) } : call with { ExpectedMembers = expected };
    }

    /// <summary>What is wrong with the texts of a call that was put together in code. No file can say such a thing.</summary>
    public static IEnumerable<(ConfigKey Key, string Message, string Mend)> Complain(HealthCall call)
    {
        if (call.Arguments is { } arguments && !IsObject(arguments))
            yield return (Arguments, $"Arguments is {Quote.Text(arguments)}, but must be the text of a JSON object", "Write { } into it, or leave it null.");
        if (call is { ExpectedText: not null, ExpectedMembers: not null })
            yield return (Expect, "ExpectedText and ExpectedMembers are both given", "Keep one of them: a result is held to a text, or to the members of an object.");
        else if (call.ExpectedMembers is { } members && !IsObject(members))
            yield return (Expect, $"ExpectedMembers is {Quote.Text(members)}, but must be the text of a JSON object", "Write { } into it, or a text into ExpectedText.");
    }

    public static void Visit(IKeyVisitor visitor, HealthCall call, HealthCall other)
    {
        visitor.Visit(Tool, call.Tool, other.Tool);
        visitor.Visit(Arguments, call.Arguments, other.Arguments);
        visitor.Visit(Expect, Written(call), Written(other));
    }

    private static string? Written(HealthCall call) =>
        call.ExpectedText is { } text ? Encoding.UTF8.GetString(JsonRpcWriter.String(text)) : call.ExpectedMembers;

    private static bool IsObject(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (Exception broken) when (broken is JsonException or ArgumentException) // the latter: half of a character
        {
            return false;
        }
    }

    private static string? TextOf(string json) => JsonText.Read(Encoding.UTF8.GetBytes(json));
}
