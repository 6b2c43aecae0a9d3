namespace Steward.Processes;

/// <summary>
/// Seals what notes hold of definitions, with a key beside them. It does not hold against somebody who can read the whole folder; it
/// does against a note that is copied or logged, or put in the place of another: what a note says is run.
/// </summary>
internal sealed class NoteSeal(string directory)
{
    private readonly string _keyFile = Path.Combine(directory, "key");
    private byte[]? _key;

    public static bool IsKey(string path) => Path.GetFileName(path).StartsWith("key", StringComparison.Ordinal); // or its draft; runs are hexadecimal

    /// <exception cref="IOException">There is no key and none can be made.</exception>
    /// <exception cref="UnauthorizedAccessException">There is no key and none can be made.</exception>
    public string Seal(ReadOnlySpan<byte> text, string run) => Convert.ToBase64String(SealCipher.Seal(Key(), text, run));

    /// <exception cref="IOException">The key cannot be read, or is not the one that it was sealed with.</exception>
    /// <exception cref="UnauthorizedAccessException">The key cannot be read.</exception>
    /// <exception cref="FormatException">It was never sealed.</exception>
    public byte[] Open(string sealedText, string run) =>
        SealCipher.TryOpen(Key(), Convert.FromBase64String(sealedText), run, out var text) ? text : throw new IOException("its seal is broken, or the key is another");

    private byte[] Key()
    {
        if (Volatile.Read(ref _key) is { } known)
            return known;

        if (SealKey.ReadOrCreate(_keyFile) is not { } key)
        {
            File.Delete(_keyFile); // the next gets a good one
            throw new IOException($"{_keyFile} held no key");
        }

        Volatile.Write(ref _key, key);
        return key;
    }
}
