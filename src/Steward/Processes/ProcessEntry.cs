namespace Steward.Processes;

/// <summary>One process as <c>/proc</c> shows it.</summary>
internal readonly record struct ProcessEntry(int Id, int ParentId, int SessionId, char State, long StartTime)
{
    public ProcessIdentity Identity => new(Id, StartTime);

    /// <summary>Whether it has ended and only waits to be collected by its parent.</summary>
    public bool IsDead => State is 'Z' or 'X';
}
