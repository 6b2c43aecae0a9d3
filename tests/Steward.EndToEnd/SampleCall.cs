using System.Text.Json.Nodes;

namespace Steward.EndToEnd;

/// <summary>A call whose answer is known.</summary>
internal sealed record SampleCall(string Server, string Tool, JsonObject Arguments, string Answer)
{
    public string MergedName => $"{Server}__{Tool}";

    /// <summary>The arguments as a new object: a JSON node has one parent only.</summary>
    public JsonObject NewArguments() => (JsonObject)Arguments.DeepClone();
}
