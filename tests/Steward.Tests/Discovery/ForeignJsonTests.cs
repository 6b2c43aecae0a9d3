using System.Text;
using System.Text.Json;
using FsCheck.Fluent;
using Steward.Discovery;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Discovery;

public sealed class ForeignJsonTests
{
    private static readonly string[] Pieces =
        ["a", "\\\\", "\\\"", "\\ud83d", "\\ude00", "\\ud83d\\ude00", "\\u00e4", "\\uFFFD", "ä", "😀", "\\n", "u", "\\\\ud83d", "\u0001xff", "\u0001xf0\u0001x9f", "\u0001xc3"];

    [Theory(Timeout = 10_000)]
    [InlineData("""{"a":"x \ud83d y"}""", "x \uFFFD y", "line 1, position 9")]
    [InlineData("""{"a":"\ude00\ud83d\ude00\ud83d"}""", "\uFFFD😀\uFFFD", "line 1, position 7")]
    [InlineData("{\n  \"b\": \"\\\\ud83d\",\n  \"a\": \"\\ud83D\\n\"}", "\uFFFD\n", "line 3, position 9")]
    [InlineData("{\"a\":\"\u0001xff\u0001xfe!\"}", "\uFFFD\uFFFD!", "line 1, position 7")]
    [InlineData("""{"a":"\\ud83d \ud83d\ude00"}""", "\\ud83d 😀", null)]
    public void What_is_no_Unicode_in_a_text_is_mended_and_its_place_told(string json, string expected, string? place)
    {
        var root = ForeignJson.Parse(Bytes(json), out var damage);

        Assert.Equal((expected, place), (root.GetProperty("a").GetString(), damage));
    }

    [Theory(Timeout = 10_000)]
    [InlineData("""{"a\ud83d":1}""")]
    [InlineData("{\"a\u0001xff\":1}")]
    public void Names_of_members_are_mended_as_well(string json)
    {
        var root = ForeignJson.Parse(Bytes(json), out var damage);

        Assert.Equal("a\uFFFD", Assert.Single(root.EnumerateObject()).Name);
        Assert.NotNull(damage);
        Assert.True(root.TryGetProperty("a\uFFFD", out _));
    }

    [Fact(Timeout = 10_000)]
    public void A_byte_order_mark_is_passed_over() =>
        Assert.Equal(JsonValueKind.Object, ForeignJson.Parse(Bytes("\uFEFF{}"), out _).ValueKind);

    [Theory(Timeout = 10_000)]
    [InlineData("{\"a\":\"\\ud83d\"")]
    [InlineData("\u0001xff{}")]
    [InlineData("{\"a\":\"\\u00g0\"}")]
    [InlineData("")]
    public void What_is_no_JSON_is_an_error_with_its_place(string json) =>
        Assert.NotNull(Assert.ThrowsAny<JsonException>(() => ForeignJson.Parse(Bytes(json), out _)).LineNumber);

    [Fact(Timeout = 30_000)]
    public void Whatever_a_text_is_made_of_it_can_be_read_and_all_that_is_sound_in_it_stays() => Properties.Holds(Prop.ForAll(Gen.Elements(Pieces).ListOf().ToArbitrary(), pieces =>
    {
        var json = Bytes($"{{\"{string.Concat(pieces)}\":[\"{string.Concat(pieces)}\", \"sound\"]}}");

        var member = ForeignJson.Parse(json, out var damage).EnumerateObject().Single();

        return member.Name == member.Value[0].GetString() && member.Value[1].GetString() == "sound" && (damage is null) == IsReadable(json);
    }));

    private static bool IsReadable(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        try
        {
            return document.RootElement.EnumerateObject().Single().Name is not null;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>The text in UTF-8, with a raw byte for each mark with two hexadecimal digits.</summary>
    private static byte[] Bytes(string text)
    {
        var bytes = new List<byte>();
        foreach (var (part, index) in text.Split("\u0001x").Select((part, index) => (part, index)))
        {
            if (index > 0)
                bytes.Add(Convert.ToByte(part[..2], 16));
            bytes.AddRange(Encoding.UTF8.GetBytes(index > 0 ? part[2..] : part));
        }

        return [.. bytes];
    }
}
