using System.Security.Cryptography;
using System.Text;

namespace Steward.Catalog;

/// <summary>Names on the merged endpoint. The same server and tool always get the same name, on every machine.</summary>
internal static class ExposedName
{
    /// <summary>Several clients and model providers refuse longer names.</summary>
    public const int MaxLength = 64;

    private const int HashLength = 8;

    /// <summary><c>{server}__{name}</c>, shortened by a hash where it would be too long.</summary>
    public static string Of(string server, string name)
    {
        var full = $"{server}__{name}";
        return full.Length <= MaxLength ? full : Hashed(server, name);
    }

    /// <summary>A name that differs from that of any other pair, though both may read the same when joined.</summary>
    public static string Hashed(string server, string name)
    {
        var full = $"{server}__{name}";
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{server}\n{name}")))[..HashLength];
        return $"{full[..Math.Min(full.Length, MaxLength - HashLength - 1)]}_{hash}";
    }

    /// <summary>The URI under which a resource is shown when another server claims the same.</summary>
    public static string Uri(string server, string uri) => $"steward://{server}/{uri}";
}
