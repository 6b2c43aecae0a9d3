using System.Text.Json.Serialization;

namespace Steward.Upstreams.Auth;

/// <summary>Reads what others say of OAuth; how Steward keeps tokens is <see cref="StoredTokensJson"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, NumberHandling = JsonNumberHandling.AllowReadingFromString)]
[JsonSerializable(typeof(ProtectedResourceDocument))]
[JsonSerializable(typeof(AuthorizationServerDocument))]
[JsonSerializable(typeof(TokenDocument))]
internal sealed partial class OAuthJson : JsonSerializerContext;
