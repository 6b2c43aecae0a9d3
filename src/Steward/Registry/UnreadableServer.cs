namespace Steward.Registry;

/// <summary>A registered server whose definition cannot be opened, for example because the key of the registry is another. It stays until somebody removes it.</summary>
/// <param name="Id">The server's id.</param>
/// <param name="Transport">How it was reached.</param>
/// <param name="Source">Where it came from.</param>
/// <param name="Created">When it was added.</param>
/// <param name="Problem">Why it cannot be used, and what can be done.</param>
internal sealed record UnreadableServer(string Id, string Transport, string Source, DateTimeOffset Created, string Problem);
