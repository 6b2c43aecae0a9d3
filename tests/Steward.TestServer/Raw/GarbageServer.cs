namespace Steward.TestServer.Raw;

/// <summary>Prints lines that are no messages: before the first one and around every other.</summary>
internal sealed class GarbageServer : RawServer
{
    public GarbageServer() => Litter();

    protected override void Handle(ReadOnlySpan<byte> line)
    {
        Litter();
        base.Handle(line);
        Litter();
    }

    private void Litter()
    {
        Append("Server listening, have a nice day\n\n   \n"u8);
        Append("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\n"u8);
        Append([0xFF, 0xFE, 0x00, 0x1B, (byte)'[', (byte)'2', (byte)'J', (byte)'\n']);
        Append("42\nnull\n\"text\"\n[]\n{}\n{\"hello\":\"world\"}\n"u8);
        Flush();
    }
}
