using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Steward.Wire;

namespace Steward.Gateway.Parking;

/// <summary>
/// Digests by which a retry is known to belong to its request. A client writes its request anew for that, so neither the order of
/// members nor white space, escapes or the spelling of numbers count.
/// </summary>
internal static class RequestDigest
{
    /// <summary>Who may go on with a call of a server.</summary>
    public static byte[] OfBearer(string? principal, string serverId) =>
        SHA256.HashData(Encoding.UTF8.GetBytes(principal is null ? $"-\n{serverId}" : $"+{principal.Length}:{principal}\n{serverId}"));

    /// <summary>What a call is: its method, and its parameters but for those that belong to one sending of it.</summary>
    public static byte[] OfRequest(McpMethod method, ReadOnlySpan<byte> parameters)
    {
        var canonical = new ArrayBufferWriter<byte>(parameters.Length + 16);
        canonical.GetSpan(1)[0] = (byte)method;
        canonical.Advance(1);
        if (!parameters.IsEmpty)
            Write(canonical, parameters);
        return SHA256.HashData(canonical.WrittenSpan);
    }

    private static void Write(ArrayBufferWriter<byte> canonical, ReadOnlySpan<byte> parameters)
    {
        var reader = new Utf8JsonReader(parameters, JsonRpcEnvelope.ReaderOptions);
        using var document = JsonDocument.ParseValue(ref reader);
        try
        {
            using var writer = new Utf8JsonWriter(canonical);
            WriteValue(writer, document.RootElement, isTop: true);
        }
        catch (Exception fault) when (fault is InvalidOperationException or ArgumentException)
        {
            // Half a surrogate pair is JSON, yet no text: such parameters are the same only where their bytes are.
            canonical.ResetWrittenCount();
            canonical.Write(parameters);
        }
    }

    private static void WriteValue(Utf8JsonWriter writer, JsonElement value, bool isTop = false)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in value.EnumerateObject().Where(member => !isTop || IsSalient(member)).OrderBy(static member => member.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(member.Name);
                    WriteValue(writer, member.Value);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                    WriteValue(writer, item);
                writer.WriteEndArray();
                break;
            case JsonValueKind.Number:
                WriteNumber(writer, value);
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    /// <summary>1, 1.0 and 1e0 are one number; integers of any size keep their digits.</summary>
    private static void WriteNumber(Utf8JsonWriter writer, JsonElement number)
    {
        var text = JsonMarshal.GetRawUtf8Value(number);
        if (text.ContainsAny(".eE"u8) && number.TryGetDouble(out var value) && double.IsFinite(value))
            writer.WriteRawValue(value.ToString("R", CultureInfo.InvariantCulture), skipInputValidation: true);
        else
            writer.WriteRawValue(text, skipInputValidation: true);
    }

    private static bool IsSalient(JsonProperty member) =>
        !member.NameEquals("_meta"u8) && !member.NameEquals("inputResponses"u8) && !member.NameEquals("requestState"u8);
}
