namespace Steward.Wire;

/// <summary>Members that a request gets on its way, each a list of JSON members without braces; empty adds nothing.</summary>
internal readonly ref struct RequestAdditions(ReadOnlySpan<byte> meta, ReadOnlySpan<byte> parameters)
{
    /// <summary>What goes into <c>params._meta</c>.</summary>
    public ReadOnlySpan<byte> Meta { get; } = meta;

    /// <summary>What goes into <c>params</c>.</summary>
    public ReadOnlySpan<byte> Parameters { get; } = parameters;

    public bool IsEmpty => Meta.IsEmpty && Parameters.IsEmpty;

    /// <summary>An upper bound of the bytes that <see cref="AddTo"/> writes.</summary>
    public int Length => IsEmpty ? 0 : Meta.Length + Parameters.Length + 32;

    /// <summary>Adds the members to a request that has its own members of these names nowhere.</summary>
    public void AddTo(scoped ref FrameEdits edits, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        if (IsEmpty)
            return;
        if (!envelope.Params.Exists)
        {
            edits.Insert(envelope.MethodName.End, (byte[])[.. ",\"params\":{"u8, .. Members(withMeta: true), (byte)'}']);
            return;
        }

        var inner = envelope.Params.Of(message);
        if (inner[0] != (byte)'{')
            return; // not what the protocol allows: the server says so
        if (envelope.Meta.Exists)
            InsertInto(ref edits, envelope.Meta, message, Meta);
        InsertInto(ref edits, envelope.Params, message, Members(withMeta: !envelope.Meta.Exists));
    }

    private static void InsertInto(scoped ref FrameEdits edits, ByteRange container, ReadOnlySpan<byte> message, ReadOnlySpan<byte> members)
    {
        if (members.IsEmpty)
            return;
        var isEmpty = container.Of(message)[1..].TrimStart(" \t\r\n"u8) is [(byte)'}', ..];
        edits.Insert(container.Start + 1, members);
        if (!isEmpty)
            edits.Insert(container.Start + 1, ","u8);
    }

    private ReadOnlySpan<byte> Members(bool withMeta)
    {
        if (!withMeta || Meta.IsEmpty)
            return Parameters;
        ReadOnlySpan<byte> separator = Parameters.IsEmpty ? [] : ","u8;
        return (byte[])[.. "\"_meta\":{"u8, .. Meta, (byte)'}', .. separator, .. Parameters];
    }
}
