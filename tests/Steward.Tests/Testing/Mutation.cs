using System.Text;

namespace Steward.Tests.Testing;

/// <summary>Spoils texts, each time in the same way for the same random numbers.</summary>
internal static class Mutation
{
    /// <summary>Pieces that readers of JSON, TOML, numbers, texts and references stumble over.</summary>
    private static readonly byte[][] Pieces =
    [
        .. new[]
        {
            "{", "}", "[", "]", "\"", ":", ",", "\\", "\\u", "\\ud83d", "//", "/*", "*/", "null", "true", "-", "1e999", "0.0000000000000000000000001", "\n", "\r", "\0",
            "${env:", "${file:", "${", "$${", ":-", "ä", "€", "😀", "\u2028", "\"mcpServers\":", "\"command\":null,", "http://", "@", "?", "[::", "xn--", " ",
            "'", "'''", "\"\"\"", "=", "#", "[[", "]]", "\n[", ".", "0x", "1979-05-27", "inf", "nan", "\"url\":[],", "\"env\":\"\",", "${input:", "${workspaceFolder}", "\"type\":{},",
        }.Select(Encoding.UTF8.GetBytes),
        [0xff], [0xc3], [0xf0, 0x9f], [0xef, 0xbb, 0xbf], [0x80],
    ];

    public static byte[] Of(ReadOnlySpan<byte> sample, Random random)
    {
        List<byte> text = [.. sample];
        for (var edits = random.Next(1, 5); edits > 0; edits--)
        {
            var at = random.Next(text.Count + 1);
            var length = random.Next(Math.Min(12, text.Count - at + 1));
            switch (random.Next(5))
            {
                case 0:
                    text.RemoveRange(at, length);
                    break;
                case 1:
                    text.InsertRange(at, Pieces[random.Next(Pieces.Length)]);
                    break;
                case 2 when at < text.Count:
                    text[at] = (byte)random.Next(256);
                    break;
                case 3:
                    text.InsertRange(at, text.GetRange(at, length));
                    break;
                default:
                    if (random.Next(4) == 0)
                        text.RemoveRange(at, text.Count - at);
                    break;
            }
        }

        return [.. text];
    }
}
