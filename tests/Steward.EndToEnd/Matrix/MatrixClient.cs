using System.Text.Json;
using System.Text.Json.Nodes;
using Steward.EndToEnd.Running;

namespace Steward.EndToEnd.Matrix;

/// <summary>A client of the matrix: tries features of servers and says how it went.</summary>
/// <param name="Name">Its name in the table.</param>
/// <param name="VisitAsync">Visits the endpoints, by the server's id; returns "ok" or the trouble by server and feature.</param>
internal sealed record MatrixClient(
    string Name,
    Func<IReadOnlyDictionary<string, Uri>, MatrixPass, CancellationToken, Task<Dictionary<string, Dictionary<string, string>>>> VisitAsync)
{
    public static MatrixClient[] All { get; } =
    [
        TypeScript("TypeScript SDK 1, legacy", "features1.mjs"),
        TypeScript("TypeScript SDK 2, legacy", "features2.mjs", "legacy"),
        TypeScript("TypeScript SDK 2, modern", "features2.mjs", "modern"),
        TypeScript("TypeScript SDK 2, auto", "features2.mjs", "auto"),
        CSharp("C# SDK, legacy", modern: false),
        CSharp("C# SDK, modern", modern: true),
    ];

    private static MatrixClient TypeScript(string name, string script, params string[] arguments) => new(name, async (endpoints, pass, cancellationToken) =>
    {
        var options = pass.Options(new(endpoints.Select(endpoint => KeyValuePair.Create(endpoint.Key, (JsonNode?)endpoint.Value.ToString()))));
        var result = await LineProcess.RunAsync(
            Repository.Node, [Repository.PeerClient(script), options.ToJsonString(), .. arguments], null, cancellationToken);
        return result.ExitCode == 0
            ? JsonSerializer.Deserialize<Dictionary<string, Dictionary<string, string>>>(result.Output)!
            : throw new InvalidOperationException($"{script}: exit code {result.ExitCode}: {result.Errors}");
    });

    private static MatrixClient CSharp(string name, bool modern) => new(name, async (endpoints, pass, cancellationToken) =>
    {
        var visits = endpoints.ToDictionary(endpoint => endpoint.Key, endpoint => CSharpFeatures.VisitAsync(endpoint.Value, modern, pass, cancellationToken));
        await Task.WhenAll(visits.Values);
        return visits.ToDictionary(visit => visit.Key, visit => visit.Value.Result);
    });
}
