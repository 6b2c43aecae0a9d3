using Steward.Upstreams;

namespace Steward.Gateway.Tasks;

/// <summary>A task that a server made of a call.</summary>
/// <param name="Id">What the server calls it.</param>
/// <param name="Owner">Who made the call.</param>
/// <param name="Connection">Where it was made.</param>
/// <param name="UpstreamId">The id, and progress token, under which the server knew the call.</param>
/// <param name="ProgressToken">The client's own token as JSON, good for the life of the task; empty where it gave none.</param>
internal sealed record TaskEntry(string Id, GatewayClient Owner, UpstreamConnection Connection, long UpstreamId, byte[] ProgressToken);
