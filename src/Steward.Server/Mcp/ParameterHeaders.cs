using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Steward.Gateway;
using Steward.Wire;

namespace Steward.Server.Mcp;

/// <summary>
/// The headers in which a call repeats arguments, as the tool's schema asks for it.
/// See <see href="https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#server-behavior-for-custom-headers"/>.
/// </summary>
internal static class ParameterHeaders
{
    // Beyond, a double cannot tell neighbours apart; the specification allows no larger integers in headers.
    private const double MaxSafeInteger = 9007199254740991;

    /// <summary>What is wrong with them, in words; <see langword="null"/> where nothing is.</summary>
    public static string? FindMismatch(IHeaderDictionary headers, GatewayEndpoint endpoint, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        var tools = endpoint.ParameterHeaders;
        if (tools.Count == 0 || JsonText.Read(envelope.Name.Of(message)) is not { } name || !tools.TryGetValue(name, out var parameters))
            return null;
        foreach (var parameter in parameters)
        {
            var value = Find(envelope.Arguments.Of(message), parameter.Path, out var isAmbiguous);
            var header = headers[parameter.Name];
            if (isAmbiguous)
                return $"Header mismatch: the argument of {parameter.Name} stands in the body twice";
            var isExpected = !value.IsEmpty && !value.SequenceEqual("null"u8);
            if (ModernHeaders.IsMissing(header) ? isExpected : !isExpected || !Matches(header.ToString(), value))
                return ModernHeaders.IsMissing(header) ? ModernHeaders.Missing(parameter.Name) : ModernHeaders.Differs(parameter.Name, header, value);
        }

        return null;
    }

    private static bool Matches(string header, ReadOnlySpan<byte> value)
    {
        if (!HeaderText.TryDecode(header, out var text))
            return false;
        return value[0] switch
        {
            (byte)'"' => JsonText.Read(value) == text,
            (byte)'t' => text == "true",
            (byte)'f' => text == "false",
            (byte)'{' or (byte)'[' => false,
            _ => AreEqual(text, value),
        };
    }

    /// <summary>Numbers may be written in several ways: 42 and 42.0 are one.</summary>
    private static bool AreEqual(string text, ReadOnlySpan<byte> value) =>
        double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var header)
        && double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var body)
        && header.Equals(body) && Math.Abs(body) <= MaxSafeInteger;

    /// <summary>The value at a path, empty where there is none.</summary>
    private static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> value, IReadOnlyList<string> path, out bool isAmbiguous)
    {
        isAmbiguous = false;
        foreach (var name in path)
        {
            if (value is not [(byte)'{', ..])
                return [];
            value = FindMember(value, name, out var count);
            isAmbiguous |= count > 1; // who reads the first and who reads the last would see two requests
        }

        return value;
    }

    private static ReadOnlySpan<byte> FindMember(ReadOnlySpan<byte> json, string name, out int count)
    {
        count = 0;
        var found = ReadOnlySpan<byte>.Empty;
        var reader = new Utf8JsonReader(json, JsonRpcEnvelope.ReaderOptions);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isIt = Is(ref reader, name);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (!isIt)
                continue;
            count++;
            found = json[start..(int)reader.BytesConsumed];
        }

        return found;
    }

    private static bool Is(ref Utf8JsonReader reader, string name)
    {
        try
        {
            return reader.ValueTextEquals(name);
        }
        catch (InvalidOperationException)
        {
            return false; // half a surrogate pair: no name of a parameter
        }
    }
}
