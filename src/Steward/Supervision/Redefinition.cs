using Steward.Configuration;

namespace Steward.Supervision;

/// <summary>What a new definition of a server has met.</summary>
/// <param name="Before">The definition until then.</param>
/// <param name="HasRun">Whether the server was running by it.</param>
/// <param name="NeedsRestart">Whether what ran, or was tried, is outdated.</param>
internal sealed record Redefinition(ServerConfig Before, bool HasRun, bool NeedsRestart)
{
    /// <summary>The end of the update beside the running server that this has begun or joined; <see langword="null"/> where there is none.</summary>
    public Task<SuccessionEnd>? Succession { get; init; }
}
