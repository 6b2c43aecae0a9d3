using System.Buffers;

namespace Steward.Wire;

/// <summary>
/// Arrays for messages. Small ones come from the shared pool and go back there. Large ones do not: the pool keeps some of every size for every
/// thread that has returned one, so that a server that speaks in lines of 30 MiB would have a gigabyte lie idle.
/// </summary>
internal static class BytePool
{
    /// <summary>The largest array that is kept for reuse.</summary>
    public const int LargestKept = 1024 * 1024;

    /// <summary>An array of at least that length, with anything in it.</summary>
    public static byte[] Rent(int length) => length <= LargestKept ? ArrayPool<byte>.Shared.Rent(length) : GC.AllocateUninitializedArray<byte>(length);

    /// <summary>Gives an array back. Whoever does must not use it any more.</summary>
    public static void Return(byte[] array)
    {
        if (array.Length <= LargestKept)
            ArrayPool<byte>.Shared.Return(array);
    }
}
