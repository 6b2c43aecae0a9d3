namespace Steward.Supervision;

/// <summary>There is a server of that id already.</summary>
public sealed class ServerExistsException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="id">The id that was to be added.</param>
    public ServerExistsException(string id)
        : base($"There is a server '{id}' already: update it, or take another id.") => Id = id;

    /// <summary>The id that was to be added.</summary>
    public string Id { get; }
}
