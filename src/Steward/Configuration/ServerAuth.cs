namespace Steward.Configuration;

/// <summary>How Steward proves to a remote server who it is: <c>auth</c> of a server. Texts still hold their references.</summary>
public sealed record ServerAuth
{
    /// <summary>The kind of proof; it decides which of the other members count.</summary>
    /// <value>Default: by what is given; <see cref="ServerAuthType.OAuth"/> where that is neither a token nor a key (<c>type</c>).</value>
    public ServerAuthType Type { get; init; } = ServerAuthType.OAuth;

    /// <summary>The token (<see cref="ServerAuthType.Bearer"/>).</summary>
    public string? Token { get; init; }

    /// <summary>The header that carries the key (<see cref="ServerAuthType.ApiKey"/>).</summary>
    /// <value>Default: <c>X-API-Key</c>.</value>
    public string Header { get; init; } = "X-API-Key";

    /// <summary>The key (<see cref="ServerAuthType.ApiKey"/>).</summary>
    public string? Value { get; init; }

    /// <summary>Whose consent is asked for (<see cref="ServerAuthType.OAuth"/>, like all that follow).</summary>
    /// <value>Default: <see cref="OAuthGrant.AuthorizationCode"/>.</value>
    public OAuthGrant Grant { get; init; } = OAuthGrant.AuthorizationCode;

    /// <summary>The id under which the authorization server knows Steward.</summary>
    /// <value>Default: <see langword="null"/>; Steward registers itself.</value>
    public string? ClientId { get; init; }

    /// <summary>The secret that belongs to <see cref="ClientId"/>.</summary>
    public string? ClientSecret { get; init; }

    /// <summary>An <c>https</c> URL under which a metadata document describes this client; it then is the client's id where the authorization server supports that.</summary>
    public string? ClientMetadataUrl { get; init; }

    /// <summary>Scopes to ask for where neither the server's challenge nor its metadata name any.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];

    /// <summary>A private key in PEM form with which Steward signs for itself in place of a secret (<see cref="OAuthGrant.ClientCredentials"/>).</summary>
    public string? PrivateKeyPem { get; init; }

    /// <summary>The port of 127.0.0.1 to which the browser is sent back after a login.</summary>
    /// <value>Default: 0, which means the gateway's own.</value>
    public int RedirectPort { get; init; }

    /// <summary>Names the kind and no more: the rest may hold secrets.</summary>
    public override string ToString() => $"{nameof(ServerAuth)} {Type}";
}
