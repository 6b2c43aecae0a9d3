namespace Steward.Supervision;

/// <summary>What became of one server of a plan.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Done">What was done: <c>added</c>, <c>removed</c>, <c>restarted</c>, <c>changed</c>, <c>enabled</c>, <c>disabled</c>.</param>
/// <param name="Status">The status that it has come to; <see langword="null"/> for one that was removed.</param>
/// <param name="Error">Why it is not what the plan wants, in words; <see langword="null"/> where it is.</param>
public sealed record ServerOutcome(string Id, string Done, ServerStatus? Status, string? Error)
{
    /// <summary>What the operator should know although it is as he wanted it.</summary>
    public string? Warning { get; init; }
}
