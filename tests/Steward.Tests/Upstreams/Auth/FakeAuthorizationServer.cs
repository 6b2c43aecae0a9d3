using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelContextProtocol.Authentication;
using Steward.Upstreams.Auth;

namespace Steward.Tests.Upstreams.Auth;

/// <summary>A protected MCP server and its authorization server, on one free port of the loopback. Notes what it was asked.</summary>
internal sealed class FakeAuthorizationServer : IAsyncDisposable
{
    private static readonly string[] ChallengeMethods = ["S256"];
    private static readonly string[] AuthMethods = ["client_secret_basic", "client_secret_post", "private_key_jwt"];
    private static readonly string[] Scopes = ["read"];

    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, string> _scopes = new(StringComparer.Ordinal); // of each token
    private readonly ConcurrentDictionary<string, string> _codes = new(StringComparer.Ordinal); // of each code: challenge and scope
    private int _issued;

    private FakeAuthorizationServer(WebApplication app) => _app = app;

    /// <summary>What was asked, in order: <c>resource</c>, <c>metadata</c>, <c>register</c>, <c>authorize</c>, <c>token GRANT</c>, <c>mcp METHOD</c>.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    public ConcurrentQueue<IReadOnlyDictionary<string, string>> TokenForms { get; } = new();

    public ConcurrentQueue<IReadOnlyDictionary<string, string>> RevocationForms { get; } = new();

    public bool OffersRevocation { get; set; } = true;

    /// <summary>Status with which it refuses to revoke; 0 for none.</summary>
    public int RevocationStatus { get; set; }

    /// <summary>The credentials of the last request for a token, as its header had them.</summary>
    public string? LastBasic { get; private set; }

    public Uri Origin { get; private set; } = null!;

    public Uri Endpoint => new(Origin, "/mcp");

    /// <summary>Seconds; null is not said.</summary>
    public int? TokenLife { get; set; } = 3600;

    public bool RotatesRefreshTokens { get; set; } = true;

    /// <summary>Status with which the token endpoint refuses refreshing; 0 for none.</summary>
    public int RefreshStatus { get; set; }

    public string ChallengeScheme { get; set; } = "Bearer";

    public string IssuerInRedirect { get; set; } = "";

    public static async Task<FakeAuthorizationServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var server = new FakeAuthorizationServer(app);
        app.UseWebSockets();
        app.MapGet("/.well-known/oauth-protected-resource/{endpoint}", server.Resource);
        app.MapGet("/.well-known/oauth-authorization-server", server.Metadata);
        app.MapPost("/register", server.Register);
        app.MapGet("/authorize", server.Authorize);
        app.MapPost("/token", server.TokenAsync);
        app.MapPost("/revoke", server.RevokeAsync);
        app.MapPost("/mcp", server.McpAsync);
        ProtectedChannels.Map(app, server.Admit);
        await app.StartAsync();
        server.Origin = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        return server;
    }

    /// <summary>A person who allows everything.</summary>
    public static async Task<AuthorizationResult?> BrowseAsync(AuthorizationCallbackContext context, CancellationToken cancellationToken)
    {
        var query = (await ApproveAsync(context.AuthorizationUri, cancellationToken)).Query;
        return new AuthorizationResult { Code = QueryText.Find(query, "code"), State = QueryText.Find(query, "state"), Iss = QueryText.Find(query, "iss") };
    }

    /// <summary>Where the browser is sent once a person has allowed it.</summary>
    public static async Task<Uri> ApproveAsync(Uri authorizationUrl, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });
        using var response = await http.GetAsync(authorizationUrl, cancellationToken);
        return response.Headers.Location!;
    }

    /// <summary>All tokens so far are worth nothing any more.</summary>
    public void RevokeAll() => _scopes.Clear();

    public int Count(string asked) => Asked.Count(entry => entry == asked);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private IResult Resource(string endpoint)
    {
        Asked.Enqueue("resource");
        return Results.Json(new { resource = new Uri(Origin, endpoint).AbsoluteUri, authorization_servers = new[] { Issuer }, scopes_supported = Scopes });
    }

    private string Issuer => Origin.GetLeftPart(UriPartial.Authority);

    private IResult Metadata()
    {
        Asked.Enqueue("metadata");
        return Results.Json(new
        {
            issuer = Issuer,
            authorization_endpoint = $"{Issuer}/authorize",
            token_endpoint = $"{Issuer}/token",
            registration_endpoint = $"{Issuer}/register",
            revocation_endpoint = OffersRevocation ? $"{Issuer}/revoke" : null,
            code_challenge_methods_supported = ChallengeMethods,
            token_endpoint_auth_methods_supported = AuthMethods,
            authorization_response_iss_parameter_supported = true,
        });
    }

    private IResult Register()
    {
        Asked.Enqueue("register");
        return Results.Json(new { client_id = "registered", client_secret = "registered-secret", token_endpoint_auth_method = "client_secret_post", redirect_uris = Array.Empty<string>() });
    }

    private IResult Authorize(HttpRequest request)
    {
        Asked.Enqueue("authorize");
        var code = $"code-{Interlocked.Increment(ref _issued)}";
        _codes[code] = $"{request.Query["code_challenge"]} {request.Query["scope"]}";
        var issuer = IssuerInRedirect.Length > 0 ? IssuerInRedirect : Issuer;
        return Results.Redirect($"{request.Query["redirect_uri"]}?code={code}&state={Uri.EscapeDataString(request.Query["state"]!)}&iss={Uri.EscapeDataString(issuer)}");
    }

    private async Task<IResult> TokenAsync(HttpRequest request)
    {
        var form = (await request.ReadFormAsync()).ToDictionary(pair => pair.Key, pair => pair.Value.ToString(), StringComparer.Ordinal);
        TokenForms.Enqueue(form);
        LastBasic = request.Headers.Authorization;
        var grant = form["grant_type"];
        Asked.Enqueue($"token {grant}");
        if (grant == "refresh_token" && RefreshStatus != 0)
            return Results.Json(new { error = "invalid_grant" }, statusCode: RefreshStatus);
        var scope = grant switch
        {
            "authorization_code" when _codes.TryRemove(form["code"], out var pledge) && pledge.Split(' ', 2) is [var challenge, var asked]
                && challenge == Base64(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"]))) => asked,
            "refresh_token" or "client_credentials" => form.GetValueOrDefault("scope", "read"),
            _ => null,
        };
        if (scope is null)
            return Results.Json(new { error = "invalid_grant" }, statusCode: 400);
        var number = Interlocked.Increment(ref _issued);
        _scopes[$"access-{number}"] = scope;
        var answer = new Dictionary<string, object?> { ["access_token"] = $"access-{number}", ["token_type"] = "Bearer", ["scope"] = scope };
        if (TokenLife is { } life)
            answer["expires_in"] = life;
        if (grant == "authorization_code" || (grant == "refresh_token" && RotatesRefreshTokens))
            answer["refresh_token"] = $"refresh-{number}";
        return Results.Json(answer);
    }

    private async Task<IResult> RevokeAsync(HttpRequest request)
    {
        RevocationForms.Enqueue((await request.ReadFormAsync()).ToDictionary(pair => pair.Key, pair => pair.Value.ToString(), StringComparer.Ordinal));
        LastBasic = request.Headers.Authorization;
        return Results.StatusCode(RevocationStatus == 0 ? 200 : RevocationStatus);
    }

    private async Task<IResult> McpAsync(HttpRequest request)
    {
        var message = await request.ReadFromJsonAsync<System.Text.Json.JsonElement>();
        var method = message.GetProperty("method").GetString()!;
        Asked.Enqueue($"mcp {method}");
        if (!_scopes.TryGetValue(TokenOf(request), out var scopes))
        {
            Challenge(request.HttpContext.Response);
            return Results.StatusCode(401);
        }

        if (method == "write" && !scopes.Split(' ').Contains("write"))
        {
            request.HttpContext.Response.Headers.WWWAuthenticate = "Bearer error=\"insufficient_scope\", scope=\"write\"";
            return Results.StatusCode(403);
        }

        if (!message.TryGetProperty("id", out var id))
            return Results.Accepted();
        object result = method switch
        {
            "initialize" => new { protocolVersion = "2025-11-25", capabilities = new { tools = new { } }, serverInfo = new { name = "protected", version = "1" } },
            "tools/list" => new { tools = new[] { new { name = "look", inputSchema = new { type = "object" } } } },
            _ => new { },
        };
        return Results.Json(new { jsonrpc = "2.0", id, result });
    }

    private bool Admit(HttpContext context)
    {
        if (_scopes.ContainsKey(TokenOf(context.Request)))
            return true;
        Challenge(context.Response);
        context.Response.StatusCode = 401;
        return false;
    }

    private void Challenge(HttpResponse response) => response.Headers.WWWAuthenticate = ChallengeScheme.Length == 0 ? default
        : $"{ChallengeScheme} realm=\"mcp\", resource_metadata=\"{Origin}.well-known/oauth-protected-resource{response.HttpContext.Request.Path}\"";

    private static string TokenOf(HttpRequest request) =>
        request.Headers.Authorization.ToString() is ['B', 'e', 'a', 'r', 'e', 'r', ' ', .. var given] ? given : "";

    private static string Base64(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
}
