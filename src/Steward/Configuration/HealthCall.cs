namespace Steward.Configuration;

/// <summary>
/// A call of one of the server's own tools by which a probe finds out whether the server does its work, and does not merely answer. It should change
/// nothing, be quick and cost nothing: it is made with each probe.
/// </summary>
public sealed record HealthCall
{
    /// <summary>The server's own name for the tool, also where a filter hides that from clients (<c>tool</c>).</summary>
    /// <value>There is no default: it has to be said.</value>
    public string Tool { get; init; } = "";

    /// <summary>The arguments: the text of a JSON object (<c>arguments</c>).</summary>
    /// <value>Default: <see langword="null"/>, which is no arguments.</value>
    public string? Arguments { get; init; }

    /// <summary>What one of the result's texts has to contain, in these very letters (<c>expect</c>, where that is a text).</summary>
    /// <value>Default: <see langword="null"/>, which is that any result will do that is no error. Not both this and <see cref="ExpectedMembers"/>.</value>
    public string? ExpectedText { get; init; }

    /// <summary>
    /// What the result's <c>structuredContent</c> has to hold, members beside these being no matter: the text of a JSON object (<c>expect</c>, where that
    /// is an object). A result without structured content is taken at a text of its that is a JSON object.
    /// </summary>
    /// <value>Default: <see langword="null"/>.</value>
    public string? ExpectedMembers { get; init; }
}
