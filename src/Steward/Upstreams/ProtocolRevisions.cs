using System.Reflection;

namespace Steward.Upstreams;

/// <summary>The protocol revisions that Steward speaks, and its own version.</summary>
internal static class ProtocolRevisions
{
    /// <summary>The newest revision of the legacy era.</summary>
    public const string LatestLegacy = "2025-11-25";

    /// <summary>The revision of the modern era.</summary>
    public const string Modern = "2026-07-28";

    /// <summary>The extension by which servers of the modern era make tasks of calls. See <see href="https://modelcontextprotocol.io/extensions/tasks/overview"/>.</summary>
    public const string TasksExtension = "io.modelcontextprotocol/tasks";

    /// <summary>The revision that a client means who sends no header with it, by the rules of Streamable HTTP.</summary>
    public const string AssumedWithoutHeader = "2025-03-26";

    /// <summary>The only revision that knows several messages in one array.</summary>
    public const string WithBatches = "2025-03-26";

    /// <summary>The revisions with an <c>initialize</c> handshake, oldest first.</summary>
    public static IReadOnlyList<string> Legacy { get; } = ["2024-11-05", "2025-03-26", "2025-06-18", LatestLegacy];

    /// <summary>Every revision, newest first, as a list of what is spoken names them.</summary>
    public static IReadOnlyList<string> All { get; } = [Modern, .. Legacy.Reverse()];

    public static string StewardVersion { get; } =
        typeof(ProtocolRevisions).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    public static bool IsLegacy(string? revision) => revision is not null && Legacy.Contains(revision);

    /// <summary>Whether one revision is at least as new as another; revisions are dates, so their text tells.</summary>
    public static bool IsAtLeast(string revision, string other) => string.CompareOrdinal(revision, other) >= 0;
}
