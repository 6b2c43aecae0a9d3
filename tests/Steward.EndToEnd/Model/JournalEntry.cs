namespace Steward.EndToEnd.Model;

/// <summary>An operation that is under way.</summary>
internal sealed record JournalEntry(string Text, long Begin)
{
    public override string ToString() => $"{Text}, for {TimeProvider.System.GetElapsedTime(Begin).TotalSeconds:0.0} s";
}
