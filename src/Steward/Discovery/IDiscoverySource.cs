namespace Steward.Discovery;

/// <summary>
/// A place where servers can be found. It reads files or asks a service, and runs nothing of what it finds. It may be asked
/// from several threads at a time, for different queries.
/// </summary>
public interface IDiscoverySource
{
    /// <summary>How users name it: lower case, such as <c>path</c>, <c>claude-desktop</c> or <c>github:org/repo</c>. Unique.</summary>
    string Name { get; }

    /// <summary>What it is, in a few words for a list, such as "programs on PATH".</summary>
    string Description { get; }

    /// <summary>
    /// Whether it asks another machine. Only such a source is remembered on disk: the result of a local one is quickly had,
    /// and may hold secrets of the files that it read.
    /// </summary>
    /// <value>Default: <see langword="false"/>.</value>
    bool IsRemote => false;

    /// <summary>Whether it searches by <see cref="DiscoveryContext.Query"/> itself. Every other is asked for all, and its result is filtered.</summary>
    /// <value>Default: <see langword="false"/>.</value>
    bool Searches => false;

    /// <summary>Looks.</summary>
    /// <param name="context">The machine on which to look. Look at no other: no <c>Environment</c>, no clock of one's own.</param>
    /// <param name="cancellationToken">Fires when the source takes too long, or nobody wants the answer any more.</param>
    /// <exception cref="DiscoveryException">It could not say anything at all. One bad file or entry is no such case, but a problem of the result.</exception>
    Task<DiscoveryResult> DiscoverAsync(DiscoveryContext context, CancellationToken cancellationToken);
}
