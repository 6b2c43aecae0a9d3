using Steward.Wire;

namespace Steward.Gateway.Tasks;

/// <summary>
/// The member of <c>_meta</c> by which legacy messages say that they belong to a task.
/// See <see href="https://modelcontextprotocol.io/specification/2025-11-25/basic/utilities/tasks#related-task-metadata"/>.
/// </summary>
internal static class RelatedTask
{
    private static ReadOnlySpan<byte> Name => "io.modelcontextprotocol/related-task"u8;

    /// <summary>A result that says to which task it belongs. What is no object cannot say so, and stays.</summary>
    public static byte[] AddTo(ReadOnlySpan<byte> result, string taskId)
    {
        if (result is not [(byte)'{', ..])
            return result.ToArray();
        var plain = RemoveFrom(result);
        byte[] member = [(byte)'"', .. Name, .. "\":{\"taskId\":"u8, .. JsonRpcWriter.String(taskId), (byte)'}'];
        var meta = JsonMembers.Find(plain, "_meta"u8);
        return meta.Exists && plain[meta.Start] == (byte)'{' ? JsonMembers.Insert(plain, meta, member) : JsonMembers.Insert(plain, new ByteRange(0, plain.Length), [.. "\"_meta\":{"u8, .. member, (byte)'}']);
    }

    /// <summary>A result that does not say so.</summary>
    public static byte[] RemoveFrom(ReadOnlySpan<byte> result)
    {
        var meta = JsonMembers.Find(result, "_meta"u8);
        var member = JsonMembers.FindWhole(meta.Of(result), Name);
        if (!member.Exists)
            return result.ToArray();
        byte[] rest = [.. result[..(meta.Start + member.Start)], .. result[(meta.Start + member.End)..]];
        return JsonMembers.Find(rest, "_meta"u8).Of(rest)[1..].TrimStart(" \t\r\n"u8) is [(byte)'}', ..] ? Cut(rest, JsonMembers.FindWhole(rest, "_meta"u8)) : rest;
    }

    private static byte[] Cut(byte[] json, ByteRange range) => [.. json.AsSpan(0, range.Start), .. json.AsSpan(range.End)];
}
