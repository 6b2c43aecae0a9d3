namespace Steward.Registry;

/// <summary>One connection to a server, from the handshake to its end; or one that failed before.</summary>
/// <param name="Server">The server's id.</param>
/// <param name="Connected">When the server was ready; when it was tried, where it never was.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Disconnected">When it ended.</param>
/// <param name="Error">What went wrong, where something did.</param>
public sealed record ConnectionRecord(
    string Server, DateTimeOffset Connected, ConnectionOutcome Outcome = ConnectionOutcome.Open, DateTimeOffset? Disconnected = null, string? Error = null)
{
    /// <summary>The row's number: later connections have higher ones.</summary>
    /// <value>0 until a store has kept it.</value>
    public long Id { get; init; }

    /// <summary>How long it lasted.</summary>
    /// <value><see langword="null"/> while it lasts.</value>
    public TimeSpan? Duration => Disconnected - Connected;
}
