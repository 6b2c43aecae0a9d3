namespace Steward.TestServer.Raw;

/// <summary>Answers with one line of the given size when it is asked to misbehave.</summary>
internal sealed class HugeLineServer : RawServer
{
    private readonly long _bytes;

    public HugeLineServer(long bytes) => _bytes = bytes;

    protected override void Misbehave(in RawMessage message)
    {
        var block = new byte[64 << 10];
        block.AsSpan().Fill((byte)'x');

        Reply(message.Id);
        Append("{\"content\":[{\"type\":\"text\",\"text\":\""u8);
        for (var left = _bytes; left > 0; left -= block.Length)
        {
            Append(block.AsSpan(0, (int)Math.Min(block.Length, left)));
            Flush();
        }

        Append("\"}]}}\n"u8);
    }
}
