using System.Text.Json.Serialization;

namespace Steward.Processes;

/// <summary>How a stop command is kept for the next daemon.</summary>
[JsonSerializable(typeof(StopCommand))]
internal sealed partial class StopCommandJson : JsonSerializerContext;
