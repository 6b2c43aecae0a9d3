using Microsoft.Extensions.Logging;
using ModelContextProtocol.Authentication;
using Steward.Configuration;

namespace Steward.Upstreams.Auth;

/// <summary>What authorization needs of the world, the same for all servers.</summary>
/// <param name="Store">Keeps tokens; null where they last as long as the program.</param>
/// <param name="Time">The clock.</param>
/// <param name="Loggers">Makes loggers.</param>
internal sealed record AuthorizationHost(TokenStore? Store, TimeProvider Time, ILoggerFactory Loggers)
{
    public const string RedirectPath = "/oauth/callback";

    /// <summary>
    /// Has a person log in at a URL, and gives what the authorization server sent back. Null in a daemon, which cannot assume
    /// that somebody sits before it: there a login is begun by the person.
    /// </summary>
    public Func<AuthorizationCallbackContext, CancellationToken, Task<AuthorizationResult?>>? Browser { get; init; }

    /// <summary>Whether this is a program that embeds a manager: no gateway of it takes browsers back, and nobody types commands.</summary>
    public bool IsEmbedded { get; init; }

    /// <summary>Where the gateway of this program takes browsers back. Known once it listens; of no use to an embedded manager.</summary>
    public Uri RedirectUri { get; set; } = new($"http://127.0.0.1:7420{RedirectPath}");

    public ILogger Logger { get; } = Loggers.CreateLogger("Steward.Upstreams.Auth");

    /// <summary>What is to be done where a server needs a login.</summary>
    public string HowToLogIn(string serverId) => IsEmbedded ? $"call {nameof(McpServerManager)}.{nameof(McpServerManager.LoginAsync)}" : $"run `steward login {serverId}`";

    public Uri RedirectUriOf(ResolvedAuth auth) => auth.RedirectPort == 0 ? RedirectUri : new Uri($"http://127.0.0.1:{auth.RedirectPort}{RedirectPath}");
}
