using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Steward.Upstreams.Auth;

/// <summary>
/// Keeps the tokens of remote servers from one run of the daemon to the next: one sealed file for each server and endpoint, and
/// the key beside them, all for their owner alone. The seal does not hold against somebody who can read the whole folder; it does
/// against a file that is copied, logged, mailed or put in the place of another. A file that cannot be read is set aside: the
/// worst that follows is a login.
/// </summary>
internal sealed class TokenStore(string directory, ILogger logger)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const int MaxFileBytes = 1024 * 1024;

    private string KeyFile => Path.Combine(directory, "key");

    /// <summary>What was kept for a server; null where there is nothing, or nothing that can be trusted. Never throws for the disk's sake.</summary>
    public StoredTokens? Load(string serverId, Uri endpoint)
    {
        var path = PathOf(serverId, endpoint);
        try
        {
            if (!File.Exists(path))
                return null;
            if (new FileInfo(path).Length <= MaxFileBytes && SealKey.Read(KeyFile) is { } key
                && SealCipher.TryOpen(key, File.ReadAllBytes(path), Place(serverId, endpoint), out var plain)
                && JsonSerializer.Deserialize(plain, StoredTokensJson.Default.StoredTokens) is { } tokens)
            {
                return tokens;
            }

            SetAside(path);
            logger.TokensSetAside(serverId, path);
        }
        catch (JsonException)
        {
            SetAside(path);
            logger.TokensSetAside(serverId, path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            logger.TokensUnreadable(serverId, path, failure.Message);
        }

        return null;
    }

    /// <summary>Keeps the tokens of a server. Where the disk refuses they last as long as the daemon.</summary>
    public void Save(string serverId, Uri endpoint, StoredTokens tokens)
    {
        try
        {
            CreateDirectory();
            var plain = JsonSerializer.SerializeToUtf8Bytes(tokens, StoredTokensJson.Default.StoredTokens);
            PrivateFile.Replace(PathOf(serverId, endpoint), SealCipher.Seal(ReadOrCreateKey(), plain, Place(serverId, endpoint)));
            CryptographicOperations.ZeroMemory(plain);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            logger.TokensNotKept(serverId, failure.Message);
        }
    }

    /// <summary>Forgets the tokens of a server.</summary>
    /// <exception cref="IOException">They cannot be deleted.</exception>
    /// <exception cref="UnauthorizedAccessException">They cannot be deleted.</exception>
    public void Delete(string serverId, Uri endpoint)
    {
        if (Directory.Exists(directory))
            File.Delete(PathOf(serverId, endpoint));
    }

    private static string Place(string serverId, Uri endpoint) => $"{serverId}\n{endpoint.AbsoluteUri}";

    /// <summary>Named by a digest: an endpoint may hold what no file is named, and what nobody should read in a listing.</summary>
    private string PathOf(string serverId, Uri endpoint) =>
        Path.Combine(directory, $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Place(serverId, endpoint))).AsSpan(0, 16))}.tokens");

    private static void SetAside(string path) => File.Move(path, $"{path}.unreadable", overwrite: true);

    private byte[] ReadOrCreateKey()
    {
        if (SealKey.ReadOrCreate(KeyFile) is { } key)
            return key;
        SetAside(KeyFile);
        logger.TokenKeySetAside(KeyFile);
        return SealKey.ReadOrCreate(KeyFile) ?? throw new IOException($"{KeyFile} holds no key.");
    }

    private void CreateDirectory()
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(directory);
        else
            Directory.CreateDirectory(directory, OwnerOnly);
    }
}
