namespace Steward.EndToEnd.Model;

/// <summary>Something that workers do.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Weight">How often it is chosen, compared with others.</param>
/// <param name="RunAsync">Does it.</param>
/// <param name="Allows">Which failures it documents, beside those of all.</param>
internal sealed record ModelOperation(string Name, int Weight, Func<ModelCall, Task> RunAsync, Func<Exception, bool> Allows)
{
    /// <summary>Whether its caller may give it up. What is then not known is whether it was done.</summary>
    public bool MayBeGivenUp { get; init; } = true;

    /// <summary>Whether it is about servers that last only.</summary>
    public bool IsForLasting { get; init; }
}
