using System.Text.Json;
using Steward.Bench.Native;

namespace Steward.Bench.Upstream;

/// <summary>
/// The upstream of every target: a stdio MCP server with one tool that echoes its <c>text</c>. It copies ranges of
/// the request into the answer and writes once per read, so that the gateway under test is what gets measured.
/// </summary>
internal sealed class EchoServer(bool isModern)
{
    private const int Input = 0;
    private const int Output = 1;

    private byte[] _in = new byte[256 * 1024];
    private int _start;
    private int _end;
    private byte[] _out = new byte[256 * 1024];
    private int _length;

    internal static int Run(bool isModern)
    {
        new EchoServer(isModern).Serve();
        return 0;
    }

    private void Serve()
    {
        while (true)
        {
            MakeRoom();
            var read = Libc.Read(Input, _in.AsSpan(_end));
            if (read == 0)
                return;
            if (read < 0)
                continue;

            var scanned = _end;
            _end += read;
            AnswerLines(scanned);
            if (_length == 0)
                continue;
            Libc.WriteAll(Output, _out.AsSpan(0, _length));
            _length = 0;
        }
    }

    private void AnswerLines(int scanFrom)
    {
        while (true)
        {
            var newline = _in.AsSpan(scanFrom, _end - scanFrom).IndexOf((byte)'\n');
            if (newline < 0)
                break;
            var next = scanFrom + newline + 1;
            Answer(_in.AsSpan(_start, next - 1 - _start));
            _start = scanFrom = next;
        }

        if (_start == _end)
            _start = _end = 0;
    }

    private void MakeRoom()
    {
        if (_in.Length - _end >= 64 * 1024)
            return;
        if (_start > 0)
        {
            _in.AsSpan(_start, _end - _start).CopyTo(_in);
            _end -= _start;
            _start = 0;
        }

        if (_in.Length - _end < 64 * 1024)
            Array.Resize(ref _in, _in.Length * 2);
    }

    private void Answer(ReadOnlySpan<byte> line)
    {
        var request = EchoRequest.Parse(line);
        if (request.Id.IsEmpty || request.Method.IsEmpty)
            return; // a notification, or an answer to nothing we asked

        Append("{\"jsonrpc\":\"2.0\",\"id\":"u8);
        Append(request.Id);
        if (!request.Method.SequenceEqual(isModern ? "server/discover"u8 : "initialize"u8)
            && !request.Method.SequenceEqual("tools/call"u8) && !request.Method.SequenceEqual("tools/list"u8) && !request.Method.SequenceEqual("ping"u8))
        {
            Append(",\"error\":{\"code\":-32601,\"message\":\"Method not found\"}}\n"u8);
            return;
        }

        Append(isModern ? ",\"result\":{\"resultType\":\"complete\","u8 : ",\"result\":{"u8);
        if (request.Method.SequenceEqual("tools/call"u8))
        {
            Append("\"content\":[{\"type\":\"text\",\"text\":\""u8);
            Append(request.Text);
            Append("\"}]}"u8);
        }
        else if (request.Method.SequenceEqual("initialize"u8))
        {
            Append("\"protocolVersion\":\""u8);
            Append(request.ProtocolVersion);
            Append("\",\"capabilities\":{\"tools\":{}},\"serverInfo\":{\"name\":\"echo\",\"version\":\"1.0.0\"}}"u8);
        }
        else if (request.Method.SequenceEqual("tools/list"u8))
        {
            if (isModern)
                Append("\"ttlMs\":0,\"cacheScope\":\"public\","u8);
            Append("\"tools\":[{\"name\":\"echo\",\"description\":\"Answers with its text.\",\"inputSchema\":{\"type\":\"object\",\"properties\":{\"text\":{\"type\":\"string\"}},\"required\":[\"text\"]}}]}"u8);
        }
        else if (request.Method.SequenceEqual("server/discover"u8))
        {
            Append("\"supportedVersions\":[\"2026-07-28\"],\"capabilities\":{\"tools\":{}},\"ttlMs\":0,\"cacheScope\":\"public\","u8);
            Append("\"_meta\":{\"io.modelcontextprotocol/serverInfo\":{\"name\":\"echo\",\"version\":\"1.0.0\"}}}"u8);
        }
        else
        {
            Append("}"u8);
        }

        Append("}\n"u8);
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (_out.Length - _length < bytes.Length)
            Array.Resize(ref _out, Math.Max(_out.Length * 2, _length + bytes.Length));
        bytes.CopyTo(_out.AsSpan(_length));
        _length += bytes.Length;
    }

    /// <summary>The ranges of a request that its answer needs.</summary>
    private ref struct EchoRequest
    {
        internal ReadOnlySpan<byte> Id;
        internal ReadOnlySpan<byte> Method;
        internal ReadOnlySpan<byte> Text;
        internal ReadOnlySpan<byte> ProtocolVersion;

        internal static EchoRequest Parse(ReadOnlySpan<byte> line)
        {
            var request = default(EchoRequest);
            var reader = new Utf8JsonReader(line);
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName)
                    continue;
                var name = reader.ValueSpan;
                reader.Read();
                if (reader.CurrentDepth == 1 && name.SequenceEqual("id"u8))
                    request.Id = line[(int)reader.TokenStartIndex..(int)reader.BytesConsumed];
                else if (reader.CurrentDepth == 1 && name.SequenceEqual("method"u8))
                    request.Method = reader.ValueSpan;
                else if (reader.CurrentDepth == 3 && name.SequenceEqual("text"u8))
                    request.Text = reader.ValueSpan;
                else if (reader.CurrentDepth == 2 && name.SequenceEqual("protocolVersion"u8))
                    request.ProtocolVersion = reader.ValueSpan;
            }

            return request;
        }
    }
}
