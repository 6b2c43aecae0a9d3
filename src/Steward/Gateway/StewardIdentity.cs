using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway;

/// <summary>What Steward says of itself where it speaks for several servers.</summary>
internal static class StewardIdentity
{
    /// <summary>Name and version, as the protocol's <c>Implementation</c>.</summary>
    public static byte[] Json { get; } = JsonRpcWriter.Object(json =>
    {
        json.WriteString("name"u8, "steward"u8);
        json.WriteString("version"u8, ProtocolRevisions.StewardVersion);
    });
}
