using Steward.Configuration.Parsing;

namespace Steward.Supervision;

/// <summary>There is no server of that id.</summary>
public sealed class UnknownServerException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="id">The id that was asked for.</param>
    /// <param name="known">The ids that there are.</param>
    public UnknownServerException(string id, IReadOnlyCollection<string> known)
        : base($"There is no server '{id}'. {Hint(id, known)}") => Id = id;

    /// <summary>The id that was asked for.</summary>
    public string Id { get; }

    private static string Hint(string id, IReadOnlyCollection<string> known) =>
        NearestName.Among(id, known) is { } meant ? $"Did you mean '{meant}'?"
        : known.Count == 0 ? "None is configured."
        : $"There are: {string.Join(", ", known)}.";
}
