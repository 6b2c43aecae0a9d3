using System.Runtime.InteropServices;
using System.Text.Json;
using Steward.Wire;

namespace Steward.Gateway.Parking;

/// <summary>
/// What a client answers to the questions of a round, by their keys. What nobody asked is ignored, and nothing is missed: who
/// asked looks for the rest.
/// </summary>
internal static class InputResponses
{
    /// <summary>Reads the answers to some questions.</summary>
    /// <param name="json">The <c>inputResponses</c>; empty where the request has none.</param>
    /// <param name="questions">What was asked.</param>
    /// <param name="problem">What is wrong with them.</param>
    /// <returns>The answers that are there; <see langword="null"/> where something is wrong.</returns>
    public static Dictionary<string, byte[]>? Read(ReadOnlySpan<byte> json, IReadOnlyList<ParkedQuestion> questions, out string problem)
    {
        var answers = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        problem = "";
        if (json.IsEmpty)
            return answers;

        var reader = new Utf8JsonReader(json, JsonRpcEnvelope.ReaderOptions);
        using var document = JsonDocument.ParseValue(ref reader);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            problem = "params.inputResponses must be an object: a response for each key of inputRequests.";
            return null;
        }

        foreach (var question in questions)
        {
            if (!document.RootElement.TryGetProperty(question.Key, out var answer))
                continue;
            if (FindFault(question.Method, answer) is { } fault)
            {
                problem = $"params.inputResponses.{question.Key}: {fault}";
                return null;
            }

            answers[question.Key] = JsonMarshal.GetRawUtf8Value(answer).ToArray();
        }

        return answers;
    }

    /// <summary>Whether a user declined, or went away from, one of several pages that he was to visit.</summary>
    public static bool AnyDeclined(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, JsonRpcEnvelope.ReaderOptions);
        using var document = JsonDocument.ParseValue(ref reader);
        return document.RootElement.ValueKind == JsonValueKind.Object
            && document.RootElement.EnumerateObject().Any(member => IsText(member.Value, "action", out var action) && !action.ValueEquals("accept"u8));
    }

    private static string? FindFault(McpMethod method, JsonElement answer)
    {
        if (answer.ValueKind != JsonValueKind.Object)
            return "must be an object, the result of the request of that key.";
        return method switch
        {
            McpMethod.ElicitationCreate => !IsText(answer, "action", out var action) || !(action.ValueEquals("accept"u8) || action.ValueEquals("decline"u8) || action.ValueEquals("cancel"u8))
                ? "action must be accept, decline or cancel."
                : answer.TryGetProperty("content"u8, out var content) && content.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null) ? "content must be an object." : null,
            McpMethod.SamplingCreateMessage => !IsText(answer, "role", out _) || !IsText(answer, "model", out _) ? "role and model must be strings."
                : !answer.TryGetProperty("content"u8, out var content) || content.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array) ? "content must be an object or an array." : null,
            _ => answer.TryGetProperty("roots"u8, out var roots) && roots.ValueKind == JsonValueKind.Array ? null : "roots must be an array.",
        };
    }

    private static bool IsText(JsonElement container, string name, out JsonElement text)
    {
        text = default;
        return container.ValueKind == JsonValueKind.Object && container.TryGetProperty(name, out text) && text.ValueKind == JsonValueKind.String;
    }
}
