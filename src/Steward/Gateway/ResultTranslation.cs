using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway;

/// <summary>What a result of one era lacks in the eyes of the other.</summary>
internal static class ResultTranslation
{
    private static readonly byte[] InvalidParams = "-32602"u8.ToArray();

    /// <summary>What an answer of a legacy server gets for a client of the modern era: where, and which bytes.</summary>
    public static (ByteRange Part, byte[] Bytes)[] ToModern(McpMethod method, HandshakeResult server, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        if (!envelope.Result.Exists)
            return ErrorToModern(message, envelope);
        var result = envelope.Result.Of(message);
        var parts = ResultParts.Parse(result);
        if (!parts.IsObject)
            return [];

        var members = ModernResult.MembersBeside(parts, method, CacheHint.None, server.ServerInfo);
        var insertions = new List<(ByteRange, byte[])>(2);
        var start = envelope.Result.Start;
        if (parts.Meta.Exists && !parts.ServerInfo.Exists && server.ServerInfo.Length > 0)
            insertions.Add((new(start + parts.Meta.Start + 1, 0), ModernResult.ServerInfoMember(server.ServerInfo, isLast: parts.Meta.Length == 2)));
        if (members.Length > 0)
            insertions.Add((new(start + 1, 0), parts.IsEmpty ? members : [.. members, (byte)',']));
        return [.. insertions];
    }

    /// <summary>
    /// A resource that is not there is an invalid parameter in the modern era.
    /// See <see href="https://modelcontextprotocol.io/specification/2026-07-28/server/resources#error-handling"/>.
    /// </summary>
    private static (ByteRange Part, byte[] Bytes)[] ErrorToModern(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        var code = JsonRpcErrorCode.Find(envelope.Error.Of(message));
        return code.Exists && JsonRpcErrorCode.Read(envelope.Error.Of(message)) == JsonRpcErrorCode.ResourceNotFound
            ? [(new(envelope.Error.Start + code.Start, code.Length), InvalidParams)]
            : [];
    }
}
