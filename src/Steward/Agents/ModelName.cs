using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Steward.Catalog;

namespace Steward.Agents;

/// <summary>
/// Names that every model provider accepts: letters, digits, <c>_</c> and <c>-</c>, at most 64. MCP allows more, and a request with one
/// such name is refused as a whole.
/// </summary>
internal static class ModelName
{
    private const int HashLength = 8;

    private static readonly SearchValues<char> Accepted = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    public static bool IsAccepted(string name) => !name.AsSpan().ContainsAnyExcept(Accepted);

    /// <summary>The name itself where it is accepted; else a like one, the same each time.</summary>
    public static string Of(string name) => IsAccepted(name) ? Shortened(name) : Hashed(name);

    /// <summary>The name itself where it is short enough.</summary>
    public static string Shortened(string name) => name.Length <= ExposedName.MaxLength ? name : Hashed(name);

    private static string Hashed(string name)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..HashLength];
        var like = string.Concat(name.Take(ExposedName.MaxLength - HashLength - 1).Select(character => Accepted.Contains(character) ? character : '_'));
        return $"{like}_{hash}";
    }
}
