using Steward.Wire;

namespace Steward.Gateway;

/// <summary>What a server has shown that cannot be shared between clients.</summary>
/// <param name="Method">What it asked when it showed that.</param>
/// <param name="Reason">In words, for people.</param>
/// <param name="Concerns">Which clients it concerns: those that declare one of these capabilities.</param>
/// <param name="ShownAt">When, as a timestamp: sessions that began before go on as they are.</param>
internal sealed record IsolationNeed(McpMethod Method, string Reason, Func<ClientCapabilities, bool> Concerns, long ShownAt)
{
    /// <summary>The era of the clients that it concerns; <see langword="null"/> for both.</summary>
    public ProtocolEra? Era { get; init; }
}
