namespace Steward.Configuration.Keys;

/// <summary>What a text must fulfil once its references are resolved.</summary>
/// <param name="Complain">Says what the text must be or must not be, or null when all is well. Never repeats the text.</param>
/// <param name="Mend">How to mend it.</param>
internal sealed record TextRule(Func<string, string?> Complain, string Mend);
