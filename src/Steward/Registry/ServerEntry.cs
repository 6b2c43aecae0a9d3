using Steward.Configuration;
using Steward.Supervision;

namespace Steward.Registry;

/// <summary>A server as the registry lists it: declared in the configuration file, or registered at run time.</summary>
/// <param name="Config">Its definition. It may hold secrets.</param>
/// <param name="Source">Where it came from; <see cref="ServerRegistry.Declared"/> where the configuration file declares it.</param>
/// <param name="Status">How it is.</param>
internal sealed record ServerEntry(ServerConfig Config, string Source, ServerStatus Status)
{
    /// <summary>When it was added.</summary>
    /// <value><see langword="null"/> where the configuration file declares it.</value>
    public DateTimeOffset? Created { get; init; }

    /// <summary>When it was last changed.</summary>
    /// <value><see langword="null"/> where the configuration file declares it.</value>
    public DateTimeOffset? Updated { get; init; }

    /// <summary>Whether another server was registered under its id, which is kept and comes back when the file lets go of this one.</summary>
    public bool HidesRegistered { get; init; }

    /// <summary>Whether the configuration file declares it.</summary>
    public bool IsDeclared => Created is null;
}
