using System.Buffers;
using System.Text.Json;
using Steward.Wire;

namespace Steward.Gateway.Parking;

/// <summary>
/// A request of a legacy server as a client of the modern era gets it, within a result: without what only makes sense between
/// sides that can write to each other at any time.
/// See <see href="https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/mrtr#inputrequests"/>.
/// </summary>
internal static class InputRequest
{
    private delegate bool Keeps(ref Utf8JsonReader name);

    /// <summary>Why a client cannot be asked; <see langword="null"/> where it can.</summary>
    public static string? FindObstacle(GatewayClient client, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        if (envelope.Method is not (McpMethod.ElicitationCreate or McpMethod.SamplingCreateMessage or McpMethod.RootsList))
            return $"Clients of this protocol revision cannot be asked {envelope.MethodName.Of(message).ToText()}.";
        var isDeclared = client.Capabilities.Allow(envelope.Method, UrlElicitation.Is(message, envelope))
            && (envelope.Method != McpMethod.SamplingCreateMessage || client.Capabilities.SamplingTools || !HasMember(envelope.Params.Of(message), "tools"u8));
        return isDeclared ? null : $"The client '{client.Name}' did not declare this capability.";
    }

    /// <summary>The members <c>method</c> and <c>params</c>, as an object.</summary>
    public static byte[] Translate(ClientCapabilities client, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        var request = new ArrayBufferWriter<byte>(envelope.Params.Length + 64);
        request.Write("{\"method\":"u8);
        request.Write(envelope.MethodName.Of(message));
        if (envelope.Params.Of(message) is [(byte)'{', ..] parameters)
        {
            request.Write(",\"params\":"u8);
            Copy(request, parameters, (ref name) => IsForClient(ref name, client));
        }

        request.Write("}"u8);
        return request.WrittenSpan.ToArray();
    }

    private static bool IsForClient(ref Utf8JsonReader name, ClientCapabilities client)
    {
        // A client of the modern era cannot tell the server anything but its answer: neither progress nor what becomes of a task.
        // Nor does it hear that the page it was sent to is done with, which is what the id would be for.
        if (name.ValueTextEquals("task"u8) || name.ValueTextEquals("elicitationId"u8))
            return false;
        if (name.ValueTextEquals("toolChoice"u8))
            return client.SamplingTools;
        return client.SamplingContext || !name.ValueTextEquals("includeContext"u8);
    }

    private static void Copy(ArrayBufferWriter<byte> destination, ReadOnlySpan<byte> container, Keeps keeps)
    {
        var reader = new Utf8JsonReader(container, JsonRpcEnvelope.ReaderOptions);
        reader.Read();
        destination.Write("{"u8);
        var isFirst = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isKept = keeps(ref reader);
            var isMeta = reader.ValueTextEquals("_meta"u8);
            var nameStart = (int)reader.TokenStartIndex;
            reader.Read();
            var valueStart = (int)reader.TokenStartIndex;
            reader.Skip();
            if (!isKept)
                continue;
            if (!isFirst)
                destination.Write(","u8);
            isFirst = false;
            destination.Write(container[nameStart..valueStart]);
            var value = container[valueStart..(int)reader.BytesConsumed];
            if (isMeta && value is [(byte)'{', ..])
                Copy(destination, value, static (ref name) => !name.ValueTextEquals("progressToken"u8) && !name.ValueTextEquals("io.modelcontextprotocol/related-task"u8));
            else
                destination.Write(value);
        }

        destination.Write("}"u8);
    }

    private static bool HasMember(ReadOnlySpan<byte> container, ReadOnlySpan<byte> member)
    {
        var reader = new Utf8JsonReader(container, JsonRpcEnvelope.ReaderOptions);
        if (container.IsEmpty || !reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(member))
                return true;
            reader.Read();
            reader.Skip();
        }

        return false;
    }
}
