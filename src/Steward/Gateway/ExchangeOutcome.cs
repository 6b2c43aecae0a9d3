namespace Steward.Gateway;

/// <summary>What the first thing was that came back for a request.</summary>
internal enum ExchangeOutcome
{
    /// <summary>The answer itself: see <see cref="Exchange.TakeResult"/>.</summary>
    Result,

    /// <summary>Something else, or nothing for a while: read <see cref="Exchange.Stream"/>.</summary>
    Stream,

    /// <summary>The client cancelled the request: there is no answer.</summary>
    Cancelled,
}
