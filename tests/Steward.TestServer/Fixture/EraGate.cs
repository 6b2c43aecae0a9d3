using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;

namespace Steward.TestServer.Fixture;

/// <summary>
/// What a server of one era answers to the openings of the other. The SDK's server knows both eras; behind this gate it
/// is one that knows its own only.
/// </summary>
internal sealed class EraGate
{
    public const string ModernRevision = "2026-07-28";

    private const int MethodNotFound = -32601;
    private const int InvalidRequest = -32600;
    private const int UnsupportedVersion = -32022;

    private readonly FixtureEra _era;

    public EraGate(FixtureEra era) => _era = era;

    /// <summary>The refusal of a message, or null if it may pass.</summary>
    public JsonRpcError? Refuse(JsonRpcMessage message) => message is not JsonRpcRequest request ? null : _era switch
    {
        FixtureEra.Legacy when request.Method is "server/discover" or "subscriptions/listen" =>
            Error(request, MethodNotFound, $"Method not found: {request.Method}"),
        FixtureEra.Legacy when RevisionOf(request) is not null =>
            Error(request, InvalidRequest, "Server not initialized"),
        FixtureEra.Modern when request.Method == "initialize" && RevisionOf(request) is not null =>
            Error(request, MethodNotFound, $"Method not found: {request.Method}"),
        FixtureEra.Modern when request.Method == "initialize" =>
            Error(request, UnsupportedVersion, $"This server speaks {ModernRevision} only", new JsonObject
            {
                ["supported"] = new JsonArray(ModernRevision),
                ["requested"] = request.Params?["protocolVersion"]?.DeepClone(),
            }),
        _ => null,
    };

    /// <summary>The revision that a request of the modern era carries with it.</summary>
    public static string? RevisionOf(JsonRpcRequest request) =>
        request.Params is JsonObject parameters && parameters["_meta"] is JsonObject meta ? (string?)meta["io.modelcontextprotocol/protocolVersion"] : null;

    private static JsonRpcError Error(JsonRpcRequest request, int code, string message, JsonNode? data = null) =>
        new() { Id = request.Id, Error = new() { Code = code, Message = message, Data = data } };
}
