namespace Steward.Discovery.Remote;

/// <summary>A question to a service.</summary>
/// <param name="Url">The address.</param>
internal sealed record JsonRequest(Uri Url)
{
    /// <summary>What kind of answer is wanted.</summary>
    public string Accept { get; init; } = "application/json";

    /// <summary>The bearer token, where there is one.</summary>
    public string? Token { get; init; }

    /// <summary>Whether the query only lets somebody in, and says nothing of which document is meant.</summary>
    public bool IsQuerySecret { get; init; }

    /// <summary>What the document is called to people: neither user nor query, which may hold a token.</summary>
    public string Name => NameOf(Url);

    /// <summary>By what an answer is remembered.</summary>
    public string Key => IsQuerySecret ? Name : Url.AbsoluteUri;

    /// <summary>An address without what may be secret in it.</summary>
    public static string NameOf(Uri url) => url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    /// <summary>Names the address and no more: the rest is secret.</summary>
    public override string ToString() => Name;
}
