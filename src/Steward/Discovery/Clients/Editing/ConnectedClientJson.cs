using System.Text.Json;
using System.Text.Json.Serialization;

namespace Steward.Discovery.Clients.Editing;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(ConnectedClient))]
internal sealed partial class ConnectedClientJson : JsonSerializerContext;
