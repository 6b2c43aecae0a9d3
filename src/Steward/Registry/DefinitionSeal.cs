using System.Security.Cryptography;
using System.Text.Json;
using Steward.Configuration;

namespace Steward.Registry;

/// <summary>
/// Seals definitions, which may hold secrets, with a key that lies beside the registry's file, for its owner alone. The seal does
/// not hold against somebody who can read the whole folder; it does against a database that is copied, mailed or browsed, and
/// against a row that was changed or put in the place of another.
/// </summary>
internal sealed class DefinitionSeal(string keyFile)
{
    private readonly Lock _gate = new();
    private byte[]? _key;

    /// <summary>Reads the key, or makes one; further uses do so by themselves.</summary>
    /// <exception cref="IOException">The key cannot be read or made.</exception>
    /// <exception cref="UnauthorizedAccessException">The key cannot be read or made.</exception>
    public void LoadKey() => _ = Key();

    /// <exception cref="IOException">The key cannot be read or made.</exception>
    /// <exception cref="UnauthorizedAccessException">The key cannot be read or made.</exception>
    public byte[] Close(ServerConfig config)
    {
        var plain = DefinitionText.Write(config);
        try
        {
            return Close(plain, PlaceOf(config.Id));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    /// <summary>Seals something else for a place of its own.</summary>
    public byte[] Close(ReadOnlySpan<byte> plain, string place) => SealCipher.Seal(Key(), plain, place);

    /// <summary>Opens something else; <see langword="null"/> where it was sealed otherwise.</summary>
    public byte[]? Open(byte[] sealedText, string place) => SealCipher.TryOpen(Key(), sealedText, place, out var plain) ? plain : null;

    /// <exception cref="InvalidDataException">It was sealed with another key, or changed, or says what this Steward cannot read.</exception>
    /// <exception cref="IOException">The key cannot be read or made.</exception>
    /// <exception cref="UnauthorizedAccessException">The key cannot be read or made.</exception>
    public ServerConfig OpenDefinition(string id, byte[] definition)
    {
        if (Open(definition, PlaceOf(id)) is not { } plain)
            throw new InvalidDataException($"its definition was not sealed with the key in {keyFile}. Put the right key back, or remove the server and add it anew.");
        try
        {
            return DefinitionText.Read(plain, id);
        }
        catch (Exception unusable) when (unusable is ConfigException or JsonException or InvalidOperationException)
        {
            var why = unusable is ConfigException { Problems: [var first, ..] } ? first.Message : unusable.Message;
            throw new InvalidDataException($"its definition cannot be used: {why}. Remove the server and add it anew.", unusable);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    /// <summary>A digest that is the same for definitions by which a server is the same, as in <see cref="ServerDifferences"/>, and from which nobody can try out what a secret in it might be.</summary>
    public string Digest(ServerConfig config)
    {
        var plain = DefinitionText.WriteLasting(config);
        try
        {
            return Convert.ToHexStringLower(HMACSHA256.HashData(Key(), plain));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    private static string PlaceOf(string id) => $"definition\n{id}";

    private byte[] Key()
    {
        lock (_gate)
        {
            return _key ??= SealKey.ReadOrCreate(keyFile)
                ?? throw new IOException($"{keyFile} holds no key of {SealCipher.KeySize} bytes. Put the right one back, or remove the file: what was sealed with it is then lost.");
        }
    }
}
