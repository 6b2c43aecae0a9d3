using System.Text.Json;
using ModelContextProtocol.Protocol;

namespace Steward.TestServer.Fixture;

/// <summary>A tool of the fixture server.</summary>
internal sealed record FixtureTool(string Name, string Description, Func<FixtureCall, CancellationToken, Task<CallToolResult>> Run)
{
    /// <summary>The JSON schema of the arguments.</summary>
    /// <value>Default: an object without known properties.</value>
    public string InputSchema { get; init; } = """{"type":"object"}""";

    public Tool Definition => new() { Name = Name, Description = Description, InputSchema = JsonElement.Parse(InputSchema) };

    /// <summary>A tool that always answers the same.</summary>
    public static FixtureTool Constant(string name, string description, string resultJson) =>
        new(name, description, (_, _) => Task.FromResult(Messages.Parse<CallToolResult>(resultJson)));
}
