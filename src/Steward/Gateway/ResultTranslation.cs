using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway;

/// <summary>What a result of one era lacks in the eyes of the other.</summary>
internal static class ResultTranslation
{
    /// <summary>What an answer of a legacy server gets for a client of the modern era: where, and which bytes.</summary>
    public static (int Position, byte[] Bytes)[] ToModern(McpMethod method, HandshakeResult server, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        if (!envelope.Result.Exists)
            return [];
        var result = envelope.Result.Of(message);
        var parts = ResultParts.Parse(result);
        if (!parts.IsObject)
            return [];

        var members = ModernResult.MembersBeside(parts, method, CacheHint.None, server.ServerInfo);
        var insertions = new List<(int, byte[])>(2);
        var start = envelope.Result.Start;
        if (parts.Meta.Exists && !parts.ServerInfo.Exists && server.ServerInfo.Length > 0)
            insertions.Add((start + parts.Meta.Start + 1, ModernResult.ServerInfoMember(server.ServerInfo, isLast: parts.Meta.Length == 2)));
        if (members.Length > 0)
            insertions.Add((start + 1, parts.IsEmpty ? members : [.. members, (byte)',']));
        return [.. insertions];
    }
}
