using Steward.Configuration;

namespace Steward.Upstreams;

/// <summary>Remembers the tools of servers from one run of the program to the next. Good for one definition of a server.</summary>
internal interface IToolArchive
{
    /// <summary>What a server had when it last ran; <see langword="null"/> where that is not known, or cannot be read now.</summary>
    Task<KnownTools?> FindAsync(ServerConfig definition, CancellationToken cancellationToken);
}
