using System.Buffers;
using System.Buffers.Text;
using Steward.Wire;

namespace Steward.Gateway;

/// <summary>
/// What every result of the modern era has beside its own members: <c>resultType</c>, who gave it and, for what may be kept, for
/// how long. See <see href="https://modelcontextprotocol.io/specification/2026-07-28/basic/index#result-responses"/>.
/// </summary>
internal static class ModernResult
{
    /// <summary>A result of ours or of a legacy server as one of the modern era.</summary>
    /// <param name="result">The result, an object.</param>
    /// <param name="method">What it answers.</param>
    /// <param name="cache">How long it is good.</param>
    /// <param name="serverInfo">Who gives it, as JSON; empty says nothing.</param>
    public static byte[] Complete(ReadOnlySpan<byte> result, McpMethod method, CacheHint cache, ReadOnlySpan<byte> serverInfo)
    {
        var parts = ResultParts.Parse(result);
        var members = MembersBeside(parts, method, cache, serverInfo);
        ReadOnlySpan<byte> separator = parts.IsEmpty || members.Length == 0 ? [] : ","u8;
        return [(byte)'{', .. members, .. separator, .. result[1..]];
    }

    /// <summary>The members that a result lacks, separated by commas.</summary>
    public static byte[] MembersBeside(in ResultParts parts, McpMethod method, CacheHint cache, ReadOnlySpan<byte> serverInfo)
    {
        var members = new ArrayBufferWriter<byte>(128);
        if (!parts.ResultType.Exists)
            Add(members, "\"resultType\":\"complete\""u8);
        if (IsCacheable(method))
        {
            if (!parts.TtlMs.Exists)
            {
                Add(members, "\"ttlMs\":"u8);
                Utf8Formatter.TryFormat(cache.TtlMs, members.GetSpan(20), out var written);
                members.Advance(written);
            }

            if (!parts.CacheScope.Exists)
                Add(members, cache.IsPublic ? "\"cacheScope\":\"public\""u8 : "\"cacheScope\":\"private\""u8);
        }

        if (!parts.Meta.Exists && !serverInfo.IsEmpty)
        {
            Add(members, "\"_meta\":{"u8);
            members.Write(ServerInfoMember(serverInfo, isLast: true));
            members.Write("}"u8);
        }

        return members.WrittenSpan.ToArray();
    }

    /// <summary>The member of <c>_meta</c> that names the server.</summary>
    public static byte[] ServerInfoMember(ReadOnlySpan<byte> serverInfo, bool isLast)
    {
        ReadOnlySpan<byte> separator = isLast ? [] : ","u8;
        return [.. "\"io.modelcontextprotocol/serverInfo\":"u8, .. serverInfo, .. separator];
    }

    private static bool IsCacheable(McpMethod method) => method is McpMethod.ServerDiscover or McpMethod.ToolsList or McpMethod.PromptsList
        or McpMethod.ResourcesList or McpMethod.ResourcesTemplatesList or McpMethod.ResourcesRead;

    private static void Add(ArrayBufferWriter<byte> members, ReadOnlySpan<byte> member)
    {
        if (members.WrittenCount > 0)
            members.Write(","u8);
        members.Write(member);
    }
}
