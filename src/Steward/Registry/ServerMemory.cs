namespace Steward.Registry;

/// <summary>What was learned of a server, good for one definition of it.</summary>
/// <param name="Server">The server's id.</param>
/// <param name="Digest">Stands for the definition, and says nothing of it.</param>
/// <param name="Era">The era that it turned out to be of, <c>Legacy</c> or <c>Modern</c>.</param>
/// <param name="Catalogue">What it offered when it last ran: a JSON object of lists.</param>
internal sealed record ServerMemory(string Server, string Digest, string? Era = null, ReadOnlyMemory<byte> Catalogue = default);
