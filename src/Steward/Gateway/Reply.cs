using Steward.Wire;

namespace Steward.Gateway;

/// <summary>What becomes of a request: an answer at once, or an exchange that will bring it.</summary>
internal readonly struct Reply
{
    private Reply(byte[]? message, Exchange? exchange) => (Message, Exchange) = (message, exchange);

    /// <summary>The whole answer.</summary>
    public byte[]? Message { get; }

    /// <summary>Brings the answer, where there is no <see cref="Message"/>.</summary>
    public Exchange? Exchange { get; }

    public static Reply Of(Exchange exchange) => new(null, exchange);

    public static Reply Result(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope, ReadOnlySpan<byte> result) =>
        new(JsonRpcWriter.Result(envelope.Id.Of(message), result), null);

    public static Reply Error(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope, int code, string text) =>
        new(JsonRpcWriter.Error(envelope.Id.Of(message), code, text), null);
}
