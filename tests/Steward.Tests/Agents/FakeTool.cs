using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Steward.Tests.Agents;

/// <summary>A function of a program's own.</summary>
internal sealed class FakeTool(string name, string description = "") : AIFunction
{
    public override string Name => name;

    public override string Description => description;

    public override JsonElement JsonSchema { get; } = JsonElement.Parse("""{"type":"object","properties":{"x":{}}}""");

    public override IReadOnlyDictionary<string, object?> AdditionalProperties { get; } = new Dictionary<string, object?> { ["own"] = true };

    protected override ValueTask<object?> InvokeCoreAsync(AIFunctionArguments arguments, CancellationToken cancellationToken) => new($"{name} {arguments["x"]}");
}
