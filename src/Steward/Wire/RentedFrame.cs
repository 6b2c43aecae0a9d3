using System.Buffers;

namespace Steward.Wire;

/// <summary>One message in a pooled array. Whoever holds it returns it, once.</summary>
internal readonly struct RentedFrame
{
    private readonly byte[]? _array;

    private RentedFrame(byte[] array, int length) => (_array, Length) = (array, length);

    public int Length { get; }

    public bool Exists => _array is not null;

    public ReadOnlySpan<byte> Span => _array.AsSpan(0, Length);

    public ReadOnlyMemory<byte> Memory => _array.AsMemory(0, Length);

    /// <summary>A frame of that length, to be filled by <paramref name="fill"/>.</summary>
    public static RentedFrame Rent(int length, out Memory<byte> fill)
    {
        var array = BytePool.Rent(length);
        fill = array.AsMemory(0, length);
        return new RentedFrame(array, length);
    }

    /// <summary>A copy on one line; see <see cref="FrameEdits.Apply"/>.</summary>
    public static RentedFrame Copy(ReadOnlySpan<byte> message) => Copy(message, default);

    public static RentedFrame Copy(ReadOnlySpan<byte> message, scoped in FrameEdits edits)
    {
        var array = BytePool.Rent(message.Length + Math.Max(0, edits.Growth));
        return new RentedFrame(array, edits.Apply(message, array));
    }

    public static RentedFrame Copy(in ReadOnlySequence<byte> message)
    {
        var array = BytePool.Rent((int)message.Length);
        message.CopyTo(array);
        return new RentedFrame(array, (int)message.Length);
    }

    public void Return()
    {
        if (_array is not null)
            BytePool.Return(_array);
    }
}
