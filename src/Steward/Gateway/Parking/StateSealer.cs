using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace Steward.Gateway.Parking;

/// <summary>
/// Turns states into text that a client can only give back, and back again. The key is this object's own and never leaves it: what
/// an earlier daemon sealed cannot be opened, as its parked calls are gone.
/// See <see href="https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/mrtr#server-requirements-basic-workflow"/>.
/// </summary>
internal sealed class StateSealer
{
    private const byte Format = 1;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int PlainBytes = 8 + 4 + 8 + SHA256.HashSizeInBytes + SHA256.HashSizeInBytes;
    private const int SealedBytes = 1 + NonceBytes + PlainBytes + TagBytes;

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    public string Seal(SealedState state)
    {
        Span<byte> plain = stackalloc byte[PlainBytes];
        BinaryPrimitives.WriteInt64LittleEndian(plain, state.Handle);
        BinaryPrimitives.WriteInt32LittleEndian(plain[8..], state.Round);
        BinaryPrimitives.WriteInt64LittleEndian(plain[12..], state.ExpiresAt.ToUnixTimeMilliseconds());
        state.Bearer.CopyTo(plain[20..]);
        state.Request.CopyTo(plain[(20 + SHA256.HashSizeInBytes)..]);

        Span<byte> sealedState = stackalloc byte[SealedBytes];
        sealedState[0] = Format;
        var nonce = sealedState.Slice(1, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(_key, TagBytes); // one is not for several threads
        cipher.Encrypt(nonce, plain, sealedState.Slice(1 + NonceBytes, PlainBytes), sealedState[^TagBytes..], sealedState[..1]);
        return Base64Url.EncodeToString(sealedState);
    }

    /// <summary>The state that a text stands for; <see langword="null"/> where it is none of ours, or is not as we made it.</summary>
    public SealedState? Open(string? text)
    {
        Span<byte> sealedState = stackalloc byte[SealedBytes];
        if (text is null || !Base64Url.IsValid(text, out var length) || length != SealedBytes)
            return null;
        Base64Url.DecodeFromChars(text, sealedState);
        Span<byte> plain = stackalloc byte[PlainBytes];
        try
        {
            using var cipher = new AesGcm(_key, TagBytes);
            cipher.Decrypt(sealedState.Slice(1, NonceBytes), sealedState.Slice(1 + NonceBytes, PlainBytes), sealedState[^TagBytes..], plain, sealedState[..1]);
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }

        return new SealedState(
            BinaryPrimitives.ReadInt64LittleEndian(plain),
            BinaryPrimitives.ReadInt32LittleEndian(plain[8..]),
            DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64LittleEndian(plain[12..])),
            plain.Slice(20, SHA256.HashSizeInBytes).ToArray(),
            plain[(20 + SHA256.HashSizeInBytes)..].ToArray());
    }
}
