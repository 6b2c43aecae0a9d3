using Steward.Wire;
using Xunit;

namespace Steward.Tests.Wire;

public sealed class WireFuzzTests
{
    private const int Rounds = 40_000;

    private static readonly byte[][] Samples =
    [
        .. new[]
        {
            """{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"_meta":{"progressToken":"tok","x":1.50},"name":"e\u0063ho","arguments":{"n":1e2,"s":"\ud83d\ude00ä"}},"unknown":[null,1.0]}""",
            """{"jsonrpc":"2.0","id":7,"result":{"content":[{"type":"text","text":"{\"id\":9}"}],"_meta":{}}}""",
            """{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":5,"progress":0.5,"total":1}}""",
            """{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"a","reason":"because"}}""",
            """{"jsonrpc":"2.0","id":3,"method":"completion/complete","params":{"ref":{"type":"ref/prompt","name":"p"},"argument":{"name":"a","value":""}}}""",
            "{\r\n\t\"jsonrpc\" : \"2.0\" ,\n \"id\" : -1.5e3 , \"error\" : { \"code\" : -32601 , \"message\" : \"\" } }",
        }.Select(Messages.Utf8),
    ];

    private static readonly byte[][] Pieces =
    [
        .. new[]
        {
            "{", "}", "[", "]", "\"", ":", ",", "\\", "\\u", "\\ud800", "null", "true", "-", "1e999", "\n", "\r", "\0", "ä", "😀", "\u2028", "\"id\":1,", "\"method\":\"ping\",",
            "\"name\":\"x\",", "\"_meta\":{\"progressToken\":1},", "\"\\ud800\":1,", "\"params\":{},", " ", "//", new string('[', 600),
        }.Select(Messages.Utf8),
        [0xff], [0xc3], [0xf0, 0x9f], [0xef, 0xbb, 0xbf], [0x80],
    ];

    [Fact(Timeout = 120_000)]
    public async Task Whatever_comes_is_a_message_that_can_be_edited_or_is_invalid() => await Task.Run(
        () =>
        {
            var valid = Enumerable.Range(0, Rounds).Count(Try);
            Assert.InRange(valid, Rounds / 20, Rounds); // else the mutations test nothing but refusals
        },
        TestContext.Current.CancellationToken);

    /// <summary>Mutates a message; says whether it was still valid.</summary>
    private static bool Try(int seed)
    {
        var message = Mutate(new Random(seed));
        var envelope = JsonRpcEnvelope.Parse(message);
        if (envelope.Kind == MessageKind.Invalid)
            return false;

        var edits = new FrameEdits(stackalloc byte[128]);
        edits.Replace(envelope.ProgressToken, "\"a token\""u8);
        edits.Replace(envelope.Id, 4711);
        edits.Replace(envelope.Target, "\"\""u8);
        edits.Replace(envelope.RequestId, 42);
        var frame = RentedFrame.Copy(message, edits);
        var edited = frame.Span.ToArray();
        frame.Return();

        Assert.DoesNotContain((byte)'\n', edited);
        Assert.DoesNotContain((byte)'\r', edited);
        var again = JsonRpcEnvelope.Parse(edited);
        Assert.Equal((envelope.Kind, envelope.Method), (again.Kind, again.Method));
        AssertAt(edited, again.Id, "4711");
        AssertAt(edited, again.ProgressToken, "\"a token\"");
        AssertAt(edited, again.Target, "\"\"");
        AssertAt(edited, again.RequestId, "42");
        AssertSameOtherwise(message, envelope, edited, again, seed);
        return true;
    }

    private static void AssertAt(byte[] message, ByteRange range, string text)
    {
        if (range.Exists)
            Assert.Equal(text, Messages.Text(range.Of(message)));
    }

    private static void AssertSameOtherwise(byte[] before, in JsonRpcEnvelope old, byte[] after, in JsonRpcEnvelope @new, int seed)
    {
        var blankBefore = Blank(before, old.Id, old.ProgressToken, old.Target, old.RequestId);
        var blankAfter = Blank(after, @new.Id, @new.ProgressToken, @new.Target, @new.RequestId);
        Assert.True(blankBefore.AsSpan().SequenceEqual(blankAfter), $"seed {seed}: {Messages.Text(before)} became {Messages.Text(after)}");
    }

    /// <summary>The message without what was replaced, line breaks as blanks.</summary>
    private static byte[] Blank(byte[] message, params ByteRange[] ranges)
    {
        var rest = new List<byte>();
        for (var i = 0; i < message.Length; i++)
        {
            if (!ranges.Any(range => range.Exists && i >= range.Start && i < range.End))
                rest.Add(message[i] is (byte)'\n' or (byte)'\r' ? (byte)' ' : message[i]);
        }

        return [.. rest];
    }

    private static byte[] Mutate(Random random)
    {
        var bytes = Samples[random.Next(Samples.Length)].ToList();
        for (var times = random.Next(0, 4); times > 0; times--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes.InsertRange(at, Pieces[random.Next(Pieces.Length)]);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(bytes.Count - at, random.Next(1, 12)));
                    break;
                case 2:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(random.Next(at + 1), random.Next(Math.Min(bytes.Count - at, 30))));
                    break;
                default:
                    bytes.InsertRange(random.Next(2) == 0 ? bytes.Count : 1, Pieces[random.Next(Pieces.Length)]);
                    break;
            }

            if (bytes.Count == 0)
                bytes.Add((byte)'{');
        }

        return [.. bytes];
    }
}
