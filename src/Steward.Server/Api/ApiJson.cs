using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;
using Steward.Discovery;
using Steward.Events;
using Steward.Processes;
using Steward.Registry;
using Steward.Server.Reload;
using Steward.Supervision;
using Steward.Upstreams;

namespace Steward.Server.Api;

/// <summary>How the REST API writes what it answers, and how its clients read it.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(ServerStatus))]
[JsonSerializable(typeof(IReadOnlyList<ServerStatus>))]
[JsonSerializable(typeof(IReadOnlyList<ToolEntry>))]
[JsonSerializable(typeof(IReadOnlyList<LogLine>))]
[JsonSerializable(typeof(LogLine))]
[JsonSerializable(typeof(DefinitionEntry))]
[JsonSerializable(typeof(IReadOnlyList<DefinitionEntry>))]
[JsonSerializable(typeof(DefinitionList))]
[JsonSerializable(typeof(IReadOnlyList<LifecycleEvent>))]
[JsonSerializable(typeof(IReadOnlyList<ConnectionRecord>))]
[JsonSerializable(typeof(ClearedHistory))]
[JsonSerializable(typeof(GatewayFacts))]
[JsonSerializable(typeof(IReadOnlyList<GroupFacts>))]
[JsonSerializable(typeof(ConfigState))]
[JsonSerializable(typeof(ConfigRequest))]
[JsonSerializable(typeof(PlanView))]
[JsonSerializable(typeof(ApplyView))]
[JsonSerializable(typeof(LoginAddress))]
[JsonSerializable(typeof(Readiness))]
[JsonSerializable(typeof(StewardEvent))]
[JsonSerializable(typeof(IReadOnlyList<StewardEvent>))]
[JsonSerializable(typeof(ConnectionStatistics))]
[JsonSerializable(typeof(DiscoveryReport))]
[JsonSerializable(typeof(ProblemDetails))]
[JsonSerializable(typeof(bool))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class ApiJson : JsonSerializerContext;
