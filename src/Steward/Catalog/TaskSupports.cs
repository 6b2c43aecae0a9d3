using System.Text.Json;
using Steward.Wire;

namespace Steward.Catalog;

/// <summary>Reads <c>execution.taskSupport</c> of tools.</summary>
internal static class TaskSupports
{
    /// <summary>By name, the tools that are called as tasks, or may be.</summary>
    public static IReadOnlyDictionary<string, TaskSupport> Read(IReadOnlyList<CatalogItem> tools)
    {
        var byTool = new Dictionary<string, TaskSupport>(StringComparer.Ordinal);
        foreach (var tool in tools)
        {
            if (tool.Raw.AsSpan().IndexOf("taskSupport"u8) >= 0 && Read(tool.Raw) is not TaskSupport.Forbidden and var support)
                byTool.TryAdd(tool.Key, support);
        }

        return byTool;
    }

    private static TaskSupport Read(byte[] tool)
    {
        var reader = new Utf8JsonReader(tool, JsonRpcEnvelope.ReaderOptions);
        using var document = JsonDocument.ParseValue(ref reader);
        if (!document.RootElement.TryGetProperty("execution"u8, out var execution) || execution.ValueKind != JsonValueKind.Object
            || !execution.TryGetProperty("taskSupport"u8, out var support) || support.ValueKind != JsonValueKind.String)
            return TaskSupport.Forbidden;
        return support.ValueEquals("required"u8) ? TaskSupport.Required : support.ValueEquals("optional"u8) ? TaskSupport.Optional : TaskSupport.Forbidden;
    }
}
