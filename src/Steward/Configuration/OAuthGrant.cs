namespace Steward.Configuration;

/// <summary>Whose consent an authorization server asks for.</summary>
public enum OAuthGrant
{
    /// <summary>A person logs in with a browser and allows it.</summary>
    AuthorizationCode,

    /// <summary>Nobody is asked: Steward itself is the client, with a secret or a key of its own.</summary>
    ClientCredentials,
}
