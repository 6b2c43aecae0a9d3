using System.Text.Json;
using System.Text.Json.Nodes;

namespace Steward.Server.Api;

/// <summary>Changes a JSON object by another, as RFC 7396 says: members are replaced, objects merged, and what is null is removed.</summary>
internal static class MergePatch
{
    public static JsonObject Apply(JsonObject target, JsonElement patch)
    {
        foreach (var change in patch.EnumerateObject())
        {
            if (change.Value.ValueKind == JsonValueKind.Null)
                target.Remove(change.Name);
            else if (change.Value.ValueKind == JsonValueKind.Object)
                target[change.Name] = Apply(target[change.Name] is JsonObject inner ? inner.DeepClone().AsObject() : [], change.Value);
            else
                target[change.Name] = JsonNode.Parse(change.Value.GetRawText());
        }

        return target;
    }
}
