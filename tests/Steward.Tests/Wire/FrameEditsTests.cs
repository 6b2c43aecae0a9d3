using Steward.Wire;
using Xunit;

namespace Steward.Tests.Wire;

public sealed class FrameEditsTests
{
    private const string Call = """{"jsonrpc":"2.0","id":"client-1","method":"tools/call","params":{"_meta":{"progressToken":"tok","x":1.50},"name":"a__echo","arguments":{"n":1e2}},"unknown":[null,  1.0]}""";

    [Fact]
    public void Replacements_may_come_in_any_order_and_grow_or_shrink_the_message()
    {
        var envelope = Messages.Parse(Call);
        string[] texts = ["1", "\"client-1\"", "12345678901234567", "\"\""];
        foreach (var id in texts)
        {
            foreach (var token in texts)
            {
                foreach (var order in (int[][])[[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
                {
                    (ByteRange Range, string Text)[] edits = [(envelope.Id, id), (envelope.ProgressToken, token), (envelope.Name, "\"echo\"")];

                    var edited = Apply(Call, [.. order.Select(at => edits[at])], out var growth);

                    Assert.Equal(Expected(id, token), edited);
                    Assert.Equal(edited.Length - Call.Length, growth);
                }
            }
        }
    }

    [Fact]
    public void Numbers_are_written_as_such()
    {
        var edits = new FrameEdits(stackalloc byte[64]);
        edits.Replace(Messages.Parse(Call).Id, long.MinValue);
        edits.Replace(Messages.Parse(Call).ProgressToken, long.MaxValue);

        var frame = RentedFrame.Copy(Messages.Utf8(Call), edits);

        Assert.Equal(Call.Replace("\"client-1\"", "-9223372036854775808", StringComparison.Ordinal).Replace("\"tok\"", "9223372036854775807", StringComparison.Ordinal), Messages.Text(frame.Span));
        frame.Return();
    }

    [Fact]
    public void A_range_that_does_not_exist_is_left_alone() => Assert.Equal(Call, Apply(Call, [(default, "1")], out _));

    [Fact]
    public void What_nobody_knows_stays_as_it_was_byte_for_byte()
    {
        const string message = """{"jsonrpc":"2.0","id":1,"result":{"_x":"\u00e4ä\/","n":0.10,"big":12345678901234567890,"nested":{"a":[1, 2,  3]},"e":1E+2},"vendor":{"b":true}}""";

        Assert.Equal(message.Replace("\"id\":1", "\"id\":\"q\"", StringComparison.Ordinal), Apply(message, [(Messages.Parse(message).Id, "\"q\"")], out _));
    }

    [Fact]
    public void Line_breaks_become_blanks_with_and_without_edits()
    {
        const string message = "{\r\n  \"jsonrpc\": \"2.0\",\n  \"id\": 1,\r  \"result\": {\"text\":\"a\\nb\"}\n}";

        var edited = Apply(message, [(Messages.Parse(message).Id, "22")], out _);
        var copied = RentedFrame.Copy(Messages.Utf8(message));

        Assert.Equal("{    \"jsonrpc\": \"2.0\",   \"id\": 22,   \"result\": {\"text\":\"a\\nb\"} }", edited);
        Assert.Equal("{    \"jsonrpc\": \"2.0\",   \"id\": 1,   \"result\": {\"text\":\"a\\nb\"} }", Messages.Text(copied.Span));
        copied.Return();
    }

    private static string Expected(string id, string token) => Call
        .Replace("\"client-1\"", id, StringComparison.Ordinal)
        .Replace("\"tok\"", token, StringComparison.Ordinal)
        .Replace("a__echo", "echo", StringComparison.Ordinal);

    private static string Apply(string message, (ByteRange Range, string Text)[] replacements, out int growth)
    {
        var edits = new FrameEdits(stackalloc byte[256]);
        foreach (var (range, text) in replacements)
            edits.Replace(range, Messages.Utf8(text));
        growth = edits.Growth;
        var frame = RentedFrame.Copy(Messages.Utf8(message), edits);
        var result = Messages.Text(frame.Span);
        frame.Return();
        return result;
    }
}
