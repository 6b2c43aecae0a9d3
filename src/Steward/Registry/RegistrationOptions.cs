namespace Steward.Registry;

/// <summary>How a server is added.</summary>
internal sealed record RegistrationOptions
{
    /// <summary>Where the server comes from, for whoever lists it.</summary>
    /// <value>Default: <c>api</c>.</value>
    public string Source { get; init; } = "api";

    /// <summary>Whether to try it first: it is started, asked what it offers, and stopped. What fails is not added.</summary>
    /// <value>Default: <see langword="false"/>.</value>
    public bool Test { get; init; }

    /// <summary>Whether to start it when it has been added, unless it is disabled.</summary>
    /// <value>Default: <see langword="true"/>.</value>
    public bool Start { get; init; } = true;
}
