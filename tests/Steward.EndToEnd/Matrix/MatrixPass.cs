using System.Text.Json.Nodes;

namespace Steward.EndToEnd.Matrix;

/// <summary>
/// Which features a client tries in one go. Cancelling has a pass of its own: for a while after a cancelled call, a shared server
/// may still be at work for its client, so that nobody else is asked what the server wants to know.
/// </summary>
internal sealed record MatrixPass(string Feature, bool IsOnly)
{
    public static MatrixPass[] All { get; } = [new("cancel", IsOnly: false), new("cancel", IsOnly: true)];

    public bool Includes(string feature) => feature == Feature == IsOnly;

    /// <summary>The argument of the client programs.</summary>
    public JsonObject Options(JsonObject servers) => new() { ["servers"] = servers, [IsOnly ? "only" : "except"] = new JsonArray(Feature) };
}
