using System.Buffers.Text;
using Steward.Gateway;
using Steward.Wire;

namespace Steward.Upstreams.Remote;

/// <summary>
/// A message on its way to a remote server: a copy of its own, since it may be sent again, and since a network that is slow to
/// take it may hold it longer than its answer takes.
/// </summary>
internal sealed class OutgoingMessage
{
    private OutgoingMessage(byte[] body)
    {
        Body = body;
        Envelope = JsonRpcEnvelope.Parse(body);
        Id = Number(Envelope.Id);
    }

    public byte[] Body { get; }

    public JsonRpcEnvelope Envelope { get; }

    /// <summary>The request's id, where it is one that Steward gives.</summary>
    public long? Id { get; }

    /// <summary>The call that it makes, if any.</summary>
    public PendingCall? Call { get; private init; }

    public bool IsRequest => Envelope.Kind == MessageKind.Request;

    /// <summary>Whether the message speaks for itself, as those of the modern era do.</summary>
    public bool IsModern => Envelope.ProtocolVersion.Exists;

    public static OutgoingMessage Copy(ReadOnlySpan<byte> message, scoped in FrameEdits edits, PendingCall? call = null)
    {
        var frame = RentedFrame.Copy(message, edits);
        var body = frame.Span.ToArray();
        frame.Return();
        return new OutgoingMessage(body) { Call = call };
    }

    public static OutgoingMessage Of(byte[] body) => new(body);

    public ReadOnlyMemory<byte> Part(ByteRange range) => Body.AsMemory(range.Start, range.Length);

    /// <summary>A part that is a JSON string, as text.</summary>
    public string? Text(ByteRange range) => JsonText.Read(range.Of(Body));

    /// <summary>A part that is a whole number.</summary>
    public long? Number(ByteRange range) =>
        range.Exists && Utf8Parser.TryParse(range.Of(Body), out long number, out var read) && read == range.Length ? number : null;

    /// <summary>Whether a message is the answer to this request.</summary>
    public bool IsAnsweredBy(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope) =>
        envelope.Kind == MessageKind.Response && envelope.Id.Of(message).SequenceEqual(Envelope.Id.Of(Body));
}
