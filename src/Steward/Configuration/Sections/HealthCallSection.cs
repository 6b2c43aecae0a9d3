using System.Text;
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

    public static void Visit(IKeyVisitor visitor, HealthCall call, HealthCall other)
    {
        visitor.Visit(Tool, call.Tool, other.Tool);
        visitor.Visit(Arguments, call.Arguments, other.Arguments);
        visitor.Visit(Expect, Written(call), Written(other));
    }

    private static string? Written(HealthCall call) =>
        call.ExpectedText is { } text ? Encoding.UTF8.GetString(JsonRpcWriter.String(text)) : call.ExpectedMembers;

    private static string? TextOf(string json) => JsonText.Read(Encoding.UTF8.GetBytes(json));
}
