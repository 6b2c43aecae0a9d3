using System.Security.Cryptography;

namespace Steward;

/// <summary>The key of a <see cref="SealCipher"/>: a file beside what it seals, for its owner alone.</summary>
internal static class SealKey
{
    /// <summary>Reads a key.</summary>
    /// <param name="file">Where it is.</param>
    /// <returns>The key; <see langword="null"/> where there is no file, or what is in it is no key.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file cannot be read.</exception>
    public static byte[]? Read(string file)
    {
        if (!File.Exists(file))
            return null;
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var key = File.ReadAllBytes(file);
        return key.Length == SealCipher.KeySize ? key : null;
    }

    /// <summary>Reads a key, or makes one where there is no file.</summary>
    /// <param name="file">Where it is.</param>
    /// <returns>The key; <see langword="null"/> where what is in the file is none. What becomes of the file then is for others to say.</returns>
    /// <exception cref="IOException">The file cannot be read or made.</exception>
    /// <exception cref="UnauthorizedAccessException">The file cannot be read or made.</exception>
    public static byte[]? ReadOrCreate(string file)
    {
        // Of two that make one at a time, one is put in place: both go on with that one.
        if (!File.Exists(file))
            PrivateFile.TryCreate(file, RandomNumberGenerator.GetBytes(SealCipher.KeySize));
        return Read(file);
    }
}
