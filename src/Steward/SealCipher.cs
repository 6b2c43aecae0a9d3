using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Steward;

/// <summary>Seals what is kept on disk: AES-256-GCM, with the place it belongs to as associated data, so that no file passes for another.</summary>
internal static class SealCipher
{
    public const int KeySize = 32;

    private const int NonceSize = 12;
    private const int TagSize = 16;

    // The version of the format comes first and is authenticated like the place.
    private static ReadOnlySpan<byte> Format => "STT1"u8;

    private static int TagStart => Format.Length + NonceSize;

    private static int TextStart => TagStart + TagSize;

    public static byte[] Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> plain, string place)
    {
        var sealedText = new byte[TextStart + plain.Length];
        Format.CopyTo(sealedText);
        var nonce = sealedText.AsSpan(Format.Length, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(key, TagSize);
        aes.Encrypt(nonce, plain, sealedText.AsSpan(TextStart), sealedText.AsSpan(TagStart, TagSize), AssociatedData(place));
        return sealedText;
    }

    /// <summary>The text, unless one bit of it, its key or its place is another.</summary>
    public static bool TryOpen(ReadOnlySpan<byte> key, byte[] sealedText, string place, [NotNullWhen(true)] out byte[]? plain)
    {
        plain = null;
        if (sealedText.Length < TextStart || !sealedText.AsSpan().StartsWith(Format))
            return false;
        var opened = new byte[sealedText.Length - TextStart];
        try
        {
            using var aes = new AesGcm(key, TagSize);
            aes.Decrypt(sealedText.AsSpan(Format.Length, NonceSize), sealedText.AsSpan(TextStart), sealedText.AsSpan(TagStart, TagSize), opened, AssociatedData(place));
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }

        plain = opened;
        return true;
    }

    private static byte[] AssociatedData(string place) => [.. Format, .. Encoding.UTF8.GetBytes(place)];
}
