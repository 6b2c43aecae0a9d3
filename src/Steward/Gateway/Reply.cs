using System.Text.Json;
using Steward.Wire;

namespace Steward.Gateway;

/// <summary>What becomes of a request: an answer at once, an exchange that will bring it, or a subscription; nothing, where it was withdrawn before it was sent.</summary>
internal readonly struct Reply
{
    private Reply(byte[]? message, Exchange? exchange) => (Message, Exchange) = (message, exchange);

    /// <summary>The whole answer.</summary>
    public byte[]? Message { get; private init; }

    /// <summary>Brings the answer, where it is not there at once.</summary>
    public Exchange? Exchange { get; }

    /// <summary>The code where the answer is an error; transports have a status for some.</summary>
    public int? ErrorCode { get; private init; }

    /// <summary>Whether the request is none at all by the rules of its era, so that a transport refuses it as a whole.</summary>
    public bool IsMalformed { get; private init; }

    /// <summary>The subscription that the request has opened: its stream carries everything, and there is neither of the others.</summary>
    public ModernSubscription? Subscription { get; private init; }

    /// <summary>No answer at all: nobody wants one any more.</summary>
    public static Reply None => default;

    public static Reply Of(Exchange exchange) => new(null, exchange);

    public static Reply Of(ModernSubscription subscription) => new(null, null) { Subscription = subscription };

    public static Reply Result(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope, ReadOnlySpan<byte> result) =>
        new(JsonRpcWriter.Result(envelope.Id.Of(message), result), null);

    public static Reply Error(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope, int code, string text, Action<Utf8JsonWriter>? data = null) =>
        new(JsonRpcWriter.Error(envelope.Id.Of(message), code, text, data), null) { ErrorCode = code };

    public Reply AsMalformed() => this with { IsMalformed = true };
}
