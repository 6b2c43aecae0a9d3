namespace Steward.Wire;

/// <summary>
/// Takes out of a request what only the modern era says with each of them. A server of the legacy era that knows both would take
/// the request for one of the other era.
/// </summary>
internal static class ModernMeta
{
    /// <summary>Cuts the members out of <c>params._meta</c>, with their names and the commas that they leave over.</summary>
    public static void CutFrom(scoped ref FrameEdits edits, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        Span<ByteRange> values = [envelope.ProtocolVersion, envelope.ClientInfo, envelope.ClientCapabilities, envelope.LogLevel];
        values.Sort(static (one, other) => one.Start.CompareTo(other.Start));
        var done = 0; // up to here the comma before the next member is gone already
        foreach (var value in values)
        {
            if (!value.Exists)
                continue;
            // The name has no quotes in it, or it would be another one.
            var name = message[..message[..value.Start].LastIndexOf((byte)'"')].LastIndexOf((byte)'"');
            var before = name - 1;
            while (IsBlank(message[before]))
                before--;
            if (message[before] == ',' && before >= done)
            {
                edits.Replace(new ByteRange(before, value.End - before), []);
                continue;
            }

            var end = value.End;
            while (IsBlank(message[end]))
                end++;
            if (message[end] == ',')
                end++;
            edits.Replace(new ByteRange(name, end - name), []);
            done = end;
        }
    }

    private static bool IsBlank(byte value) => value is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';
}
