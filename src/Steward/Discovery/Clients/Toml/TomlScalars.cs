using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Steward.Configuration.Parsing;

namespace Steward.Discovery.Clients.Toml;

/// <summary>Reads numbers, dates, times and truth values.</summary>
internal static partial class TomlScalars
{
    private const int LongestScalar = 256;

    /// <exception cref="TomlException">It is none of them.</exception>
    public static ConfigNode Read(TomlScanner scanner)
    {
        var start = scanner.At;
        while (IsScalar(scanner.Current) || IsBlankOfDate(scanner, start))
            scanner.At++;
        if (scanner.At == start)
            throw new TomlException(start, "a value is missing", "Write a string in quotes, a number, true, false, [ … ] or { … }.");
        if (scanner.At - start > LongestScalar)
            throw NoValue(start);

        var text = scanner.TextBetween(start, scanner.At);
        var (kind, written) = Classify(text) ?? throw NoValue(start);
        return new(kind, start) { Text = written, End = scanner.At };
    }

    private static (JsonValueKind Kind, string Text)? Classify(string text)
    {
        if (text is "true" or "false")
            return (text == "true" ? JsonValueKind.True : JsonValueKind.False, "");
        if (Decimal.IsMatch(text))
            return Whole(BigInteger.Parse(text.Replace("_", "", StringComparison.Ordinal), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
        if (OtherBase.IsMatch(text))
            return Whole(ParseOtherBase(text));
        if (Float.IsMatch(text))
            return (JsonValueKind.Number, text.Replace("_", "", StringComparison.Ordinal).TrimStart('+'));
        return IsMoment(text) ? (JsonValueKind.String, text) : null;
    }

    private static (JsonValueKind Kind, string Text)? Whole(BigInteger number) =>
        number >= long.MinValue && number <= long.MaxValue ? (JsonValueKind.Number, number.ToString(CultureInfo.InvariantCulture)) : null;

    private static BigInteger ParseOtherBase(string text)
    {
        var numberBase = text[1] switch { 'x' => 16, 'o' => 8, _ => 2 };
        return text.Skip(2).Where(digit => digit != '_').Aggregate(BigInteger.Zero, (sum, digit) => (sum * numberBase) + Convert.ToInt32(digit.ToString(), 16));
    }

    private static bool IsMoment(string text)
    {
        if (Moment.Match(text) is not { Success: true } match)
            return false;
        var date = match.Groups["date"];
        return (!date.Success || DateOnly.TryParseExact(date.Value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
            && IsBelow(match, "hour", 24) && IsBelow(match, "minute", 60) && IsBelow(match, "second", 61)
            && IsBelow(match, "offsetHour", 24) && IsBelow(match, "offsetMinute", 60);
    }

    private static bool IsBelow(Match match, string group, int limit) =>
        !match.Groups[group].Success || int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture) < limit;

    private static bool IsScalar(byte character) =>
        char.IsAsciiLetterOrDigit((char)character) || character is (byte)'+' or (byte)'-' or (byte)'_' or (byte)'.' or (byte)':';

    /// <summary>A date and its time may stand apart by a blank.</summary>
    private static bool IsBlankOfDate(TomlScanner scanner, int start) =>
        scanner.Current == (byte)' ' && scanner.At - start == "0000-00-00".Length && scanner.Peek(3) == (byte)':'
        && char.IsAsciiDigit((char)scanner.Peek(1)) && char.IsAsciiDigit((char)scanner.Peek(2));

    private static TomlException NoValue(int start) =>
        new(start, "this is no value", "Write a string in quotes, or mend the number or date.");

    [GeneratedRegex(@"\A[+-]?(0|[1-9](_?[0-9])*)\z")]
    private static partial Regex Decimal { get; }

    [GeneratedRegex(@"\A0(x[0-9A-Fa-f](_?[0-9A-Fa-f])*|o[0-7](_?[0-7])*|b[01](_?[01])*)\z")]
    private static partial Regex OtherBase { get; }

    [GeneratedRegex(@"\A[+-]?(inf|nan|(0|[1-9](_?[0-9])*)(\.[0-9](_?[0-9])*)?([eE][+-]?[0-9](_?[0-9])*)?)\z")]
    private static partial Regex Float { get; }

    [GeneratedRegex(@"\A((?<date>[0-9]{4}-[0-9]{2}-[0-9]{2})(([Tt ])(?<hour>[0-9]{2}):(?<minute>[0-9]{2})(:(?<second>[0-9]{2})(\.[0-9]+)?)?([Zz]|[+-](?<offsetHour>[0-9]{2}):(?<offsetMinute>[0-9]{2}))?)?|(?<hour>[0-9]{2}):(?<minute>[0-9]{2})(:(?<second>[0-9]{2})(\.[0-9]+)?)?)\z")]
    private static partial Regex Moment { get; }
}
