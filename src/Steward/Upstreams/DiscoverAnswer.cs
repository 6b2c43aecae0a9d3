using System.Net;
using System.Text;
using System.Text.Json;
using Steward.Processes;
using Steward.Wire;

namespace Steward.Upstreams;

/// <summary>
/// What the answer to <c>server/discover</c> tells of a server. See
/// <see href="https://modelcontextprotocol.io/specification/2026-07-28/basic/versioning#backward-compatibility-with-initialization-based-versions"/>.
/// </summary>
internal sealed record DiscoverAnswer
{
    private const int MaxShown = 10;

    /// <summary>What the server said of itself, where it speaks a revision of the modern era that we know.</summary>
    public HandshakeResult? Discovery { get; private init; }

    /// <summary>Why the server cannot be spoken to although it is of the modern era.</summary>
    public string? Refusal { get; private init; }

    /// <summary>Whether the server names the very revision that it refuses: it may have been about to change, and is asked once more.</summary>
    public bool IsContradiction { get; private init; }

    /// <summary>Whether that it is of the legacy era is worth remembering: what stands before a server may answer in its place.</summary>
    public bool IsCertain { get; private init; } = true;

    /// <summary>Whether <c>initialize</c> is the way: it is what neither of the others is.</summary>
    public bool IsLegacy => Discovery is null && Refusal is null;

    private static DiscoverAnswer Legacy { get; } = new();

    /// <summary>Reads a <c>result</c>. One that names no revisions is none of the modern era's: some servers answer everything.</summary>
    public static DiscoverAnswer Read(byte[] result)
    {
        using var document = Parse(result);
        if (ReadRevisions(document.RootElement, "supportedVersions") is not { } revisions)
            return Legacy;
        return revisions.Contains(ProtocolRevisions.Modern)
            ? new DiscoverAnswer { Discovery = HandshakeResult.ReadDiscovery(result, ProtocolRevisions.Modern) }
            : WithoutCommonModern(revisions);
    }

    /// <summary>Reads an error. No code tells a legacy server: whatever is not known to be the modern era's does.</summary>
    /// <exception cref="UpstreamErrorException">The error itself: nothing was heard of the server.</exception>
    public static DiscoverAnswer Read(UpstreamErrorException error)
    {
        if (!error.IsAnswer)
        {
            return IsRefusal(error.Status)
                ? Legacy with { IsCertain = error.Status is >= 400 and < 500 and not ((int)HttpStatusCode.RequestTimeout or (int)HttpStatusCode.TooManyRequests) }
                : throw error;
        }

        return error.Code switch
        {
            JsonRpcErrorCode.UnsupportedProtocolVersion when ReadDetails(error, "supported") is { } revisions => revisions.Contains(ProtocolRevisions.Modern)
                ? new DiscoverAnswer { Refusal = $"refuses revision {ProtocolRevisions.Modern}, and lists it as one that it speaks", IsContradiction = true }
                : WithoutCommonModern(revisions),
            JsonRpcErrorCode.MissingRequiredClientCapability when HasRequiredCapabilities(error) => new DiscoverAnswer { Refusal = $"refuses server/discover: {error.Message}" },
            JsonRpcErrorCode.HeaderMismatch => new DiscoverAnswer { Refusal = $"refuses the headers of server/discover: {error.Message}" },
            _ => Legacy,
        };
    }

    private static DiscoverAnswer WithoutCommonModern(IReadOnlyList<string> revisions) => revisions.Any(ProtocolRevisions.IsLegacy)
        ? Legacy
        : new DiscoverAnswer { Refusal = $"speaks the protocol revisions {Show(revisions)}, of which Steward knows none; Steward speaks {string.Join(", ", ProtocolRevisions.All)}" };

    /// <summary>Whether a status is a server's answer to the request; those that ask for credentials would be given to any other as well.</summary>
    private static bool IsRefusal(int status) => status is >= 400
        and not ((int)HttpStatusCode.Unauthorized or (int)HttpStatusCode.Forbidden or (int)HttpStatusCode.ProxyAuthenticationRequired);

    private static string Show(IReadOnlyList<string> revisions) =>
        revisions.Count == 0 ? "(none named)" : LogText.Clean(Encoding.UTF8.GetBytes(string.Join(", ", revisions.Take(MaxShown))));

    private static List<string>? ReadDetails(UpstreamErrorException error, string name)
    {
        if (error.Details.Length == 0)
            return null;
        using var document = Parse(error.Details);
        return ReadRevisions(document.RootElement, name);
    }

    private static bool HasRequiredCapabilities(UpstreamErrorException error)
    {
        if (error.Details.Length == 0)
            return false;
        using var document = Parse(error.Details);
        return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("requiredCapabilities"u8, out _);
    }

    // As deep as a message may be: it was read before.
    private static JsonDocument Parse(byte[] json) => JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = JsonRpcEnvelope.ReaderOptions.MaxDepth });

    private static List<string>? ReadRevisions(JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out var list) || list.ValueKind != JsonValueKind.Array)
            return null;
        return [.. list.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)];
    }
}
