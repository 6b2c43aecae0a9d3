namespace Steward.Bench.Reporting;

/// <summary>What goes on, on standard error: standard output is for the table.</summary>
internal static class Progress
{
    internal static void Say(string text) => Console.Error.WriteLine($"bench: {text}");
}
