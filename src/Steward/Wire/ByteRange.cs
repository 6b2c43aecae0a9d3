namespace Steward.Wire;

/// <summary>A run of bytes within a message. The default means: not there.</summary>
internal readonly record struct ByteRange(int Start, int Length)
{
    public bool Exists => Length > 0;

    public int End => Start + Length;

    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> message) => message.Slice(Start, Length);

    /// <summary>The same run, counted from the start of what surrounds it.</summary>
    public ByteRange From(int start) => this with { Start = start + Start };
}
