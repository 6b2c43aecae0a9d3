namespace Steward.Discovery.Clients;

/// <summary>Something that a client asks its user for when a server starts.</summary>
/// <param name="Id">The name by which texts refer to it.</param>
/// <param name="Description">What the user is asked.</param>
/// <param name="Default">The answer when the user gives none.</param>
internal sealed record ClientInput(string Id, string? Description, string? Default);
