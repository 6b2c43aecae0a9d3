using System.Buffers;
using System.Text;

namespace Steward.TestServer.Raw;

/// <summary>
/// An MCP server without any library: one thread, blocking reads, the answers to all lines of one read in one write.
/// By itself it behaves well and costs next to nothing; a derived server misbehaves in one way when asked to.
/// </summary>
internal class RawServer
{
    private readonly Stream _input = Console.OpenStandardInput();
    private readonly Stream _output = Console.OpenStandardOutput();
    private readonly ArrayBufferWriter<byte> _pending = new(64 << 10);

    /// <summary>The tools of this server as they stand in a list.</summary>
    protected const string Tools = """
        [{"name":"echo","description":"Returns its text","inputSchema":{"type":"object","properties":{"text":{"type":"string"}}}},{"name":"progress_burst","description":"Reports progress right before its result","inputSchema":{"type":"object","properties":{"count":{"type":"integer"}}}},{"name":"misbehave","description":"Does what this mode is for","inputSchema":{"type":"object","properties":{"text":{"type":"string"}}}}]
        """;

    /// <summary>What each result of a call begins with, comma included.</summary>
    protected virtual ReadOnlySpan<byte> FirstMembers => ""u8;

    /// <summary>Serves until the input ends.</summary>
    public void Run()
    {
        var buffer = new byte[64 << 10];
        var (start, end) = (0, 0);
        while (true)
        {
            if (end == buffer.Length)
                (buffer, start, end) = MakeRoom(buffer, start, end);
            var read = _input.Read(buffer, end, buffer.Length - end);
            if (read == 0)
                return;

            var scan = end;
            end += read;
            while (buffer.AsSpan(scan, end - scan).IndexOf((byte)'\n') is >= 0 and var length)
            {
                Handle(buffer.AsSpan(start, scan + length - start));
                start = scan = scan + length + 1;
            }

            if (start == end)
                (start, end) = (0, 0);
            Flush();
        }
    }

    /// <summary>Answers <c>initialize</c>.</summary>
    protected virtual void Initialize(in RawMessage message)
    {
        Reply(message.Id);
        Append("{\"protocolVersion\":"u8);
        Append(message.ProtocolVersion.IsEmpty ? "\"2025-11-25\""u8 : message.ProtocolVersion);
        Append(",\"capabilities\":{\"tools\":{}},\"serverInfo\":{\"name\":\"steward-raw-server\",\"version\":\"1.0.0\"}}}\n"u8);
    }

    /// <summary>Answers a call of the tool <c>misbehave</c>; here: like <c>echo</c>.</summary>
    protected virtual void Misbehave(in RawMessage message) => Echo(message);

    /// <summary>Handles one line.</summary>
    protected virtual void Handle(ReadOnlySpan<byte> line)
    {
        if (line.IsEmpty)
            return;
        var message = RawMessage.Parse(line);
        if (message.Method.IsEmpty || message.Id.IsEmpty)
            return; // a response or a notification: nothing here waits for either

        if (message.Method.SequenceEqual("tools/call"u8))
            Call(message);
        else if (message.Method.SequenceEqual("initialize"u8))
            Initialize(message);
        else if (message.Method.SequenceEqual("tools/list"u8))
            List(message);
        else if (message.Method.SequenceEqual("ping"u8))
            Result(message.Id, "{}"u8);
        else
            Other(message);
    }

    /// <summary>Answers a call of any other tool.</summary>
    protected virtual void CallOther(in RawMessage message) => Error(message.Id, -32602, "Unknown tool");

    /// <summary>Answers a request of any other method.</summary>
    protected virtual void Other(in RawMessage message) => Error(message.Id, -32601, "Method not found");

    /// <summary>Answers <c>tools/list</c>.</summary>
    protected virtual void List(in RawMessage message) => Result(message.Id, Encoding.UTF8.GetBytes($$"""{"tools":{{Tools}}}"""));

    protected void Echo(in RawMessage message)
    {
        Reply(message.Id);
        Append("{"u8);
        Append(FirstMembers);
        Append("\"content\":[{\"type\":\"text\",\"text\":"u8);
        Append(message.Text.IsEmpty ? "\"\""u8 : message.Text);
        Append("}]}}\n"u8);
    }

    protected void TextResult(ReadOnlySpan<byte> id, string plainText) =>
        Result(id, [(byte)'{', .. FirstMembers, .. Encoding.UTF8.GetBytes($$"""
            "content":[{"type":"text","text":"{{plainText}}"}]}
            """)]);

    protected void Result(ReadOnlySpan<byte> id, ReadOnlySpan<byte> result)
    {
        Reply(id);
        Append(result);
        Append("}\n"u8);
    }

    /// <summary>Writes the beginning of a response, up to the value of <c>result</c>.</summary>
    protected void Reply(ReadOnlySpan<byte> id)
    {
        Append("{\"jsonrpc\":\"2.0\",\"id\":"u8);
        Append(id);
        Append(",\"result\":"u8);
    }

    protected void Error(ReadOnlySpan<byte> id, int code, string message)
    {
        Append("{\"jsonrpc\":\"2.0\",\"id\":"u8);
        Append(id);
        Append(Encoding.UTF8.GetBytes($$$""","error":{"code":{{{code}}},"message":"{{{message}}}"}}""" + "\n"));
    }

    protected void Append(ReadOnlySpan<byte> bytes) => _pending.Write(bytes);

    /// <summary>Writes what is pending.</summary>
    protected void Flush()
    {
        if (_pending.WrittenCount == 0)
            return;
        _output.Write(_pending.WrittenSpan);
        _pending.ResetWrittenCount();
    }

    /// <summary>Writes what is pending and closes the output.</summary>
    protected void CloseOutput()
    {
        Flush();
        Descriptors.Close(1);
    }

    private void Call(in RawMessage message)
    {
        if (message.Name.SequenceEqual("echo"u8))
            Echo(message);
        else if (message.Name.SequenceEqual("progress_burst"u8))
            Burst(message);
        else if (message.Name.SequenceEqual("misbehave"u8))
            Misbehave(message);
        else
            CallOther(message);
    }

    private void Burst(in RawMessage message)
    {
        for (var i = 1; i <= message.Count && !message.ProgressToken.IsEmpty; i++)
        {
            Append("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":"u8);
            Append(message.ProgressToken);
            Append(Encoding.UTF8.GetBytes($$$""","progress":{{{i}}},"total":{{{message.Count}}}}}""" + "\n"));
        }

        TextResult(message.Id, $"{message.Count} sent");
    }

    /// <summary>Moves an unfinished line to the front, into a buffer twice as large if it fills this one.</summary>
    private static (byte[] Buffer, int Start, int End) MakeRoom(byte[] buffer, int start, int end)
    {
        var target = start == 0 ? new byte[buffer.Length * 2] : buffer;
        buffer.AsSpan(start, end - start).CopyTo(target);
        return (target, 0, end - start);
    }
}
