namespace Steward.Discovery.Remote;

/// <summary>A question to a service.</summary>
/// <param name="Url">The address.</param>
internal sealed record JsonRequest(Uri Url)
{
    /// <summary>What kind of answer is wanted.</summary>
    public string Accept { get; init; } = "application/json";

    /// <summary>The bearer token, where there is one.</summary>
    public string? Token { get; init; }

    /// <summary>Names the address and no more: the rest is secret.</summary>
    public override string ToString() => Url.AbsoluteUri;
}
