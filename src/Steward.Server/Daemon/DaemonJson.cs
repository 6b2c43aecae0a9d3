using System.Text.Json.Serialization;

namespace Steward.Server.Daemon;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(DaemonFacts))]
internal sealed partial class DaemonJson : JsonSerializerContext;
