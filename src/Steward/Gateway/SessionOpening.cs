namespace Steward.Gateway;

/// <summary>How a client introduced itself.</summary>
/// <param name="Revision">The protocol revision that it gets.</param>
/// <param name="Principal">Who it is, where clients must say so.</param>
/// <param name="Capabilities">What it can be asked for.</param>
/// <param name="Parameters">The <c>params</c> of its <c>initialize</c>, as it wrote them.</param>
/// <param name="ClientName">Name and version of its <c>clientInfo</c>, for people.</param>
internal sealed record SessionOpening(string Revision, string? Principal, ClientCapabilities Capabilities, byte[] Parameters, string ClientName);
