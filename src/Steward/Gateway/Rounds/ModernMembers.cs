using Steward.Wire;

namespace Steward.Gateway.Rounds;

/// <summary>
/// Members that mean something to modern servers and nothing to legacy clients. A request that has them by chance goes on without:
/// they are said in its client's name, and must not stand there twice.
/// </summary>
internal static class ModernMembers
{
    private static readonly byte[][] OfMeta =
    [
        "io.modelcontextprotocol/protocolVersion"u8.ToArray(), "io.modelcontextprotocol/clientInfo"u8.ToArray(),
        "io.modelcontextprotocol/clientCapabilities"u8.ToArray(), "io.modelcontextprotocol/logLevel"u8.ToArray(),
    ];

    private static readonly byte[][] OfParameters = ["requestState"u8.ToArray(), "inputResponses"u8.ToArray()];

    /// <summary>Whether a request has any.</summary>
    public static bool AreIn(in JsonRpcEnvelope envelope) => envelope.RequestState.Exists || envelope.InputResponses.Exists
        || envelope.ProtocolVersion.Exists || envelope.ClientInfo.Exists || envelope.ClientCapabilities.Exists || envelope.LogLevel.Exists;

    /// <summary>A request without them.</summary>
    public static byte[] Remove(ReadOnlySpan<byte> message)
    {
        var rest = message.ToArray();
        foreach (var name in OfMeta)
            rest = Cut(rest, JsonRpcEnvelope.Parse(rest).Meta, name);
        foreach (var name in OfParameters)
            rest = Cut(rest, JsonRpcEnvelope.Parse(rest).Params, name);
        return rest;
    }

    /// <summary>A request without the wish to be run as a task.</summary>
    public static byte[] RemoveTask(ReadOnlySpan<byte> message) => Cut(message.ToArray(), JsonRpcEnvelope.Parse(message).Params, "task"u8.ToArray());

    private static byte[] Cut(byte[] message, ByteRange container, byte[] name)
    {
        var member = JsonMembers.FindWhole(container.Of(message), name).From(container.Start);
        return member.Exists ? [.. message.AsSpan(0, member.Start), .. message.AsSpan(member.End)] : message;
    }
}
