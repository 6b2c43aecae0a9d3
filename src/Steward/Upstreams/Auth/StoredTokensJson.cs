using System.Text.Json.Serialization;

namespace Steward.Upstreams.Auth;

/// <summary>How tokens lie in their file, below the seal.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StoredTokens))]
internal sealed partial class StoredTokensJson : JsonSerializerContext;
