using Steward.Configuration;

namespace Steward.Registry;

/// <summary>A server that was added at run time, as the registry keeps it.</summary>
/// <param name="Config">Its definition, with its references as text.</param>
/// <param name="Source">Where it came from: <c>cli</c>, <c>api</c>, or the name of what it was found by.</param>
/// <param name="Created">When it was added.</param>
/// <param name="Updated">When it was last changed.</param>
internal sealed record RegisteredServer(ServerConfig Config, string Source, DateTimeOffset Created, DateTimeOffset Updated);
