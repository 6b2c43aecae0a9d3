namespace Steward.Supervision;

/// <summary>How an update beside the running server has ended.</summary>
/// <param name="Result">What became of it.</param>
/// <param name="Status">The server's status since.</param>
internal sealed record SuccessionEnd(SuccessionResult Result, ServerStatus Status)
{
    /// <summary>What the new definition came to, where it failed.</summary>
    public ServerStatus? Failed { get; init; }
}
