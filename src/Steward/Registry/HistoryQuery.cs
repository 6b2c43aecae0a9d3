namespace Steward.Registry;

/// <summary>Asks for a page of history, newest first.</summary>
internal sealed record HistoryQuery
{
    /// <summary>How many rows a page has at most.</summary>
    public const int MaxLimit = 1000;

    /// <summary>Only what concerns this server, which may have been removed since.</summary>
    /// <value>Default: <see langword="null"/>, which means every server.</value>
    public string? Server { get; init; }

    /// <summary>How many rows, from 1 to <see cref="MaxLimit"/>.</summary>
    /// <value>Default: 100.</value>
    public int Limit
    {
        get;
        init => field = value is >= 1 and <= MaxLimit ? value : throw new ArgumentOutOfRangeException(nameof(value), value, $"A page has 1 to {MaxLimit} rows.");
    } = 100;

    /// <summary>Only rows with a lower number: the last of one page asks for the next.</summary>
    /// <value>Default: <see langword="null"/>, which means from the newest.</value>
    public long? Before { get; init; }
}
