using System.Text;

namespace Steward.Bench.Http;

/// <summary>The bytes of a request with nine digits in them that are the id of the call; they are patched in place.</summary>
internal sealed class RequestTemplate
{
    /// <summary>Nine digits, so that every id has the same width.</summary>
    internal const int FirstId = 100_000_000;

    private const string IdMark = "\"id\":100000000";

    private readonly int _idAt;

    private RequestTemplate(byte[] bytes, int argumentLength)
    {
        Bytes = bytes;
        ArgumentLength = argumentLength;
        _idAt = bytes.AsSpan().LastIndexOf(Encoding.ASCII.GetBytes(IdMark)) + IdMark.Length - 9;
    }

    internal byte[] Bytes { get; }

    internal int ArgumentLength { get; }

    /// <summary>A call as one line of stdio.</summary>
    internal static RequestTemplate ForLine(string tool, int argumentLength) =>
        new(Encoding.UTF8.GetBytes(CallBody(tool, argumentLength) + "\n"), argumentLength);

    /// <summary>A call as an HTTP POST; <paramref name="head"/> are all header lines but Content-Length, <paramref name="meta"/> further members of its parameters.</summary>
    internal static RequestTemplate ForPost(string head, string tool, int argumentLength, string meta = "")
    {
        var body = CallBody(tool, argumentLength, meta);
        return new(Encoding.UTF8.GetBytes($"{head}Content-Length: {body.Length}\r\n\r\n{body}"), argumentLength);
    }

    internal void SetId(int id)
    {
        var digits = Bytes.AsSpan(_idAt, 9);
        for (var i = 8; i >= 0; i--)
        {
            digits[i] = (byte)('0' + (id % 10));
            id /= 10;
        }
    }

    // The order of members is that of the TypeScript SDK, the most used client: the id comes last.
    private static string CallBody(string tool, int argumentLength, string meta = "") =>
        $$$"""{"method":"tools/call","params":{"name":"{{{tool}}}","arguments":{"text":"{{{new string('x', argumentLength)}}}"}{{{meta}}}},"jsonrpc":"2.0",{{{IdMark}}}}""";
}
