using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Steward.Server.Daemon;

/// <summary>
/// The secret that callers of the REST API present: 256 random bits, made at the first start and kept in a file that only
/// its owner may read. Who can read the file may start programs as its owner anyway.
/// </summary>
internal sealed class ApiToken
{
    private const int RandomBytes = 32;

    private readonly byte[] _digest;

    private ApiToken(string value) => (Value, _digest) = (value, Digest(value));

    public string Value { get; }

    /// <summary>The token in the data directory; made when there is none.</summary>
    /// <exception cref="InvalidDataException">The file holds no token.</exception>
    public static ApiToken LoadOrCreate(DataDirectory data)
    {
        // Two first starts at a time make two tokens, of which one is put in place: both go on with that one.
        if (!File.Exists(data.ApiTokenFile))
            PrivateFile.TryCreate(data.ApiTokenFile, Base64Url.EncodeToUtf8(RandomNumberGenerator.GetBytes(RandomBytes)));
        else if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(data.ApiTokenFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return new(Read(data)!);
    }

    /// <summary>The token's text, for a client; null when no daemon has made one yet.</summary>
    /// <exception cref="InvalidDataException">The file holds no token.</exception>
    public static string? Read(DataDirectory data)
    {
        if (!File.Exists(data.ApiTokenFile))
            return null;
        var text = File.ReadAllText(data.ApiTokenFile).Trim();
        return Base64Url.IsValid(text, out var bytes) && bytes >= RandomBytes
            ? text
            : throw new InvalidDataException($"{data.ApiTokenFile} holds no token. Delete it; the next start of the daemon makes a new one.");
    }

    /// <summary>Whether a text is the token. Takes as long for every wrong text.</summary>
    public bool Matches(string text) => CryptographicOperations.FixedTimeEquals(_digest, Digest(text));

    private static byte[] Digest(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
