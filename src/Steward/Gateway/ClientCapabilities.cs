using System.Text.Json;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway;

/// <summary>What a client declared that it can be asked for.</summary>
internal sealed record ClientCapabilities(bool Roots, bool Sampling, bool ElicitationForm, bool ElicitationUrl)
{
    /// <summary>Whether it takes a task in place of a result, by the extension of the modern era.</summary>
    public bool Tasks { get; init; }

    public static ClientCapabilities None { get; } = new(false, false, false, false);

    /// <summary>Whether the model that it asks may be given tools.</summary>
    public bool SamplingTools { get; init; }

    /// <summary>Whether it can be asked to give the model what other servers know.</summary>
    public bool SamplingContext { get; init; }

    /// <summary>Whether it can be asked for anything.</summary>
    public bool AllowAny => Roots || Sampling || ElicitationForm || ElicitationUrl;

    /// <summary>Reads the <c>capabilities</c> of an <c>initialize</c> request.</summary>
    public static ClientCapabilities Read(JsonElement capabilities)
    {
        var elicitation = Member(capabilities, "elicitation");
        var sampling = Member(capabilities, "sampling");
        var isObject = elicitation.ValueKind == JsonValueKind.Object;
        var url = Member(elicitation, "url").ValueKind == JsonValueKind.Object;
        var form = Member(elicitation, "form").ValueKind == JsonValueKind.Object;
        return new ClientCapabilities(
            Member(capabilities, "roots").ValueKind == JsonValueKind.Object,
            sampling.ValueKind == JsonValueKind.Object,
            isObject && (form || !url), // an empty object means forms, as it did before there were modes
            url)
        {
            SamplingTools = Member(sampling, "tools").ValueKind == JsonValueKind.Object,
            SamplingContext = Member(sampling, "context").ValueKind == JsonValueKind.Object,
            Tasks = Member(Member(capabilities, "extensions"), ProtocolRevisions.TasksExtension).ValueKind == JsonValueKind.Object,
        };
    }

    /// <summary>Whether the client can be sent this request.</summary>
    public bool Allow(McpMethod method, bool isUrlElicitation) => method switch
    {
        McpMethod.RootsList => Roots,
        McpMethod.SamplingCreateMessage => Sampling,
        McpMethod.ElicitationCreate => isUrlElicitation ? ElicitationUrl : ElicitationForm,
        _ => true,
    };

    private static JsonElement Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : default;
}
