namespace Steward.Upstreams;

/// <summary>The tools that a server had.</summary>
/// <param name="Names">What they are called.</param>
/// <param name="ServerName">What the server called itself then, with its version; <see langword="null"/> where that is not known.</param>
internal sealed record KnownTools(IReadOnlyCollection<string> Names, string? ServerName = null);
