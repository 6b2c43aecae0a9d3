namespace Steward.Supervision;

/// <summary>There is no server of that id.</summary>
public sealed class UnknownServerException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="id">The id that was asked for.</param>
    /// <param name="known">The ids that there are.</param>
    public UnknownServerException(string id, IEnumerable<string> known)
        : base($"There is no server '{id}'. There are: {string.Join(", ", known)}.") => Id = id;

    /// <summary>The id that was asked for.</summary>
    public string Id { get; }
}
