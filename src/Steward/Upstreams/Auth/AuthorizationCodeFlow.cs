using ModelContextProtocol.Authentication;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Steward.Upstreams.Remote;

namespace Steward.Upstreams.Auth;

/// <summary>
/// Gets tokens through the official SDK's client for OAuth 2.1: discovery, registration, PKCE, the check of issuer and state, the
/// resource indicator, step-up and renewal are its own. It belongs to the SDK's transport, which is given nothing to carry here.
/// See <see href="https://modelcontextprotocol.io/specification/2025-11-25/basic/authorization"/>.
/// </summary>
internal sealed class AuthorizationCodeFlow : TokenFlow
{
    private static readonly JsonRpcNotification Nothing = new() { Method = "notifications/initialized" };

    private readonly Func<AuthorizationCallbackContext, CancellationToken, Task<AuthorizationResult?>>? _browser;
    private readonly TokenKeeper _keeper;
    private readonly SdkTokenCache _cache;
    private readonly HttpClientTransportOptions _options;
    private readonly HttpClientTransport _client;
    private ChallengeReplay? _replay;
    private ITransport? _transport;

    /// <param name="server">The server.</param>
    /// <param name="keeper">Its tokens.</param>
    /// <param name="host">The world.</param>
    /// <param name="login">Where a person has come to log in: has them do so. Else the host's browser counts.</param>
    public AuthorizationCodeFlow(OAuthServer server, TokenKeeper keeper, AuthorizationHost host, LoginAttempt? login = null)
    {
        (_browser, _keeper) = (login is null ? host.Browser : login.BrowseAsync, keeper);
        var redirectUri = login?.RedirectUri ?? host.RedirectUriOf(server.Auth);
        _cache = new SdkTokenCache(keeper, host, redirectUri.AbsoluteUri) { IsLogin = login is not null };
        var http = AuthorizationTraffic.CreateClient(server.Endpoint, host.Time, chain => _replay = new ChallengeReplay(server.Endpoint, chain));
        _options = new HttpClientTransportOptions
        {
            Endpoint = server.Endpoint,
            TransportMode = HttpTransportMode.StreamableHttp,
            OAuth = new ClientOAuthOptions
            {
                RedirectUri = redirectUri,
                ClientId = server.Auth.ClientId,
                ClientSecret = server.Auth.ClientSecret,
                ClientMetadataDocumentUri = server.Auth.ClientMetadataUrl,
                Scopes = server.Auth.Scopes.Length == 0 ? null : server.Auth.Scopes.Split(' '),
                ScopeSelector = SelectScopes,
                AuthorizationCallbackHandler = AskAsync,
                DynamicClientRegistration = new DynamicClientRegistrationOptions { ClientName = "Steward" },
                TokenCache = _cache,
            },
        };
        _client = new HttpClientTransport(_options, http, host.Loggers, ownsHttpClient: true);
    }

    public override bool CanRenew(StoredTokens? tokens) => _browser is not null || tokens?.RefreshToken is not null;

    public override async Task<string> RunAsync(AuthChallenge challenge, string? rejected, CancellationToken cancellationToken)
    {
        (_cache.Challenge, _cache.HasAsked) = (challenge, false);
        _replay!.Begin(challenge, rejected);
        _transport ??= await _client.ConnectAsync(cancellationToken).ConfigureAwait(false); // reaches nobody yet
        await _transport.SendMessageAsync(Nothing, cancellationToken).ConfigureAwait(false);
        return _replay.Token ?? throw new InvalidOperationException("the authorization ended without a token");
    }

    public override async ValueTask DisposeAsync()
    {
        if (_transport is not null)
            await _transport.DisposeAsync().ConfigureAwait(false);
        await _client.DisposeAsync().ConfigureAwait(false);
    }

    private Task<AuthorizationResult?> AskAsync(AuthorizationCallbackContext context, CancellationToken cancellationToken)
    {
        if (!AuthorizationTraffic.MayGoTo(context.AuthorizationUri, _options.Endpoint))
            throw new InvalidOperationException($"people are to log in at {RemoteOrigin.Show(context.AuthorizationUri)}, which is no https:// URL");
        _cache.HasAsked = true;
        return _browser is not null ? _browser(context, cancellationToken) : throw new LoginNeededException("nobody is here to log in");
    }

    /// <summary>A step-up asks for what was granted before as well, or each would take away what the one before gave.</summary>
    private IEnumerable<string>? SelectScopes(IReadOnlyCollection<string>? scopes) =>
        _cache.Challenge.IsAboutScope && _keeper.Current?.Scope is { Length: > 0 } granted
            ? (scopes ?? []).Union(granted.Split(' ', StringSplitOptions.RemoveEmptyEntries), StringComparer.Ordinal)
            : scopes;
}
