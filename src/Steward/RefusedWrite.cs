namespace Steward;

/// <summary>Tells whether a failure is that of a write which the system refused.</summary>
internal static class RefusedWrite
{
    /// <summary>Nobody reads any more, the disk is full; or, which .NET does not say by an <see cref="IOException"/>, the file may not grow so far (<c>EFBIG</c>).</summary>
    public static bool Is(Exception failure) => failure is IOException or ArgumentOutOfRangeException;
}
