using System.Text.Json;

namespace Steward.Wire;

/// <summary>
/// Takes out of a request's <c>_meta</c> what only servers of the modern era are told: one of the legacy era learned it in its
/// handshake, and may take such a request for one of an era that it does not speak.
/// </summary>
internal static class ModernMembers
{
    public static void Remove(scoped ref FrameEdits edits, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        if (!envelope.Meta.Exists)
            return;
        var offset = envelope.Meta.Start;
        var reader = new Utf8JsonReader(envelope.Meta.Of(message), JsonRpcEnvelope.ReaderOptions);
        reader.Read();
        var (keptEnd, runStart) = (-1, -1); // where the last member ends that stays, and where those begin that go
        var end = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var start = (int)reader.TokenStartIndex;
            var goes = IsModern(ref reader);
            reader.Read();
            reader.Skip();
            end = (int)reader.BytesConsumed;
            if (goes)
            {
                runStart = runStart < 0 ? start : runStart;
                continue;
            }

            if (runStart >= 0)
                edits.Replace(new ByteRange(offset + runStart, start - runStart), []);
            (keptEnd, runStart) = (end, -1);
        }

        if (runStart < 0)
            return;
        var from = keptEnd < 0 ? runStart : keptEnd; // the comma before them goes with the last
        edits.Replace(new ByteRange(offset + from, end - from), []);
    }

    private static bool IsModern(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("io.modelcontextprotocol/protocolVersion"u8)
        || reader.ValueTextEquals("io.modelcontextprotocol/clientInfo"u8)
        || reader.ValueTextEquals("io.modelcontextprotocol/clientCapabilities"u8)
        || reader.ValueTextEquals("io.modelcontextprotocol/logLevel"u8);
}
