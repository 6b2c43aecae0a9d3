namespace Steward.TestServer.Raw;

/// <summary>Writes a flood to stderr before it answers <c>initialize</c>, and again when it is asked to misbehave.</summary>
internal sealed class FloodingServer : RawServer
{
    private const int LineLength = 1 << 10;
    private readonly long _bytes;

    public FloodingServer(long bytes) => _bytes = bytes;

    protected override void Initialize(in RawMessage message)
    {
        Flood();
        base.Initialize(message);
    }

    protected override void Misbehave(in RawMessage message)
    {
        Flood();
        Echo(message);
    }

    private void Flood()
    {
        var block = new byte[64 * LineLength];
        block.AsSpan().Fill((byte)'!');
        for (var i = LineLength - 1; i < block.Length; i += LineLength)
            block[i] = (byte)'\n';

        using var errors = Console.OpenStandardError();
        for (var left = _bytes; left > 0; left -= block.Length)
            errors.Write(block, 0, (int)Math.Min(block.Length, left));
    }
}
