using System.Buffers;
using Microsoft.AspNetCore.Http;
using Steward.Gateway;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Server.Mcp;

/// <summary>
/// Several messages in one body, which only revision 2025-03-26 knows.
/// See <see href="https://modelcontextprotocol.io/specification/2025-03-26/basic#batching"/>.
/// </summary>
internal static class McpBatch
{
    private const string Revision = ProtocolRevisions.AssumedWithoutHeader;

    public static async Task HandleAsync(HttpContext context, Session session, ReadOnlyMemory<byte> body)
    {
        if (session.Opening.Revision != Revision || JsonRpcBatch.Split(body) is not { Count: > 0 } messages)
        {
            await McpErrors.WriteAsync(context, StatusCodes.Status400BadRequest, JsonRpcErrorCode.InvalidRequest,
                $"The body is a batch; only revision {Revision} knows those, and they hold 1 to {JsonRpcBatch.MaxMessages} messages. Send one message per request.");
            return;
        }

        var replies = new List<ValueTask<Reply>>();
        foreach (var message in messages)
        {
            var envelope = JsonRpcEnvelope.Parse(message.Span);
            if (envelope.Kind == MessageKind.Request)
                replies.Add(McpGateway.RequestAsync(session, message, envelope).Preserve()); // one that waits for its server keeps no other waiting
            else if (envelope.Kind == MessageKind.Invalid)
                replies.Add(new(Reply.Error(message.Span, envelope, JsonRpcErrorCode.InvalidRequest, "This part of the batch is no JSON-RPC 2.0 message.")));
            else
                McpGateway.Accept(session, message.Span, envelope);
        }

        if (replies.Count == 0)
            context.Response.StatusCode = StatusCodes.Status202Accepted;
        else
            await AnswerAsync(context, replies);
    }

    /// <summary>Answers by a stream: one answer after the other, each with what belongs to it before it.</summary>
    private static async Task AnswerAsync(HttpContext context, List<ValueTask<Reply>> replies)
    {
        McpStream.Begin(context);
        var writer = context.Response.BodyWriter;
        foreach (var asked in replies)
        {
            var reply = await asked;
            if (reply.Exchange is not { } exchange)
            {
                if (reply.Message is { } message)
                    WriteEvent(writer, message);
            }
            else if (await exchange.First is var outcome && outcome == ExchangeOutcome.Result)
            {
                var result = exchange.TakeResult();
                WriteEvent(writer, result.Span);
                result.Return();
            }
            else if (outcome == ExchangeOutcome.Stream && exchange.Stream!.TryAttach(0, out var reader))
            {
                await McpStream.PumpAsync(context, exchange.Stream, reader);
                exchange.Stream.Release(reader);
            }

            await writer.FlushAsync(context.RequestAborted);
        }
    }

    private static void WriteEvent(IBufferWriter<byte> writer, ReadOnlySpan<byte> message)
    {
        writer.Write("event: message\ndata: "u8);
        writer.Write(message);
        writer.Write("\n\n"u8);
    }
}
