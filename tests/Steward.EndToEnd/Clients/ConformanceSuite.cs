using System.Text.Json;
using Steward.EndToEnd.Running;

namespace Steward.EndToEnd.Clients;

/// <summary>The official conformance suite, run through the scripts in <c>tests/peers/clients</c>.</summary>
internal static class ConformanceSuite
{
    /// <summary>Runs the named scenarios, or all that the revision requires, and returns the outcome by scenario.</summary>
    public static async Task<IReadOnlyDictionary<string, ConformanceOutcome>> RunAsync(
        Uri endpoint, string revision, CancellationToken cancellationToken, params string[] scenarios) =>
        await RunAsync([Repository.PeerClient("conformance.mjs"), endpoint.ToString(), revision, .. scenarios], cancellationToken);

    /// <summary>Runs the named client scenarios, or all of the revision and the extensions of authorization, against a program as the client.</summary>
    public static async Task<IReadOnlyDictionary<string, ConformanceOutcome>> RunClientAsync(
        string program, string revision, CancellationToken cancellationToken, params string[] scenarios) =>
        await RunAsync([Repository.PeerClient("conformance-client.mjs"), program, revision, .. scenarios], cancellationToken);

    private static async Task<IReadOnlyDictionary<string, ConformanceOutcome>> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var result = await LineProcess.RunAsync(Repository.Node, arguments, null, cancellationToken);
        if (result.ExitCode != 0)
            throw new InvalidOperationException($"the conformance suite did not run: {result.Errors}");
        return JsonElement.Parse(result.Output).GetProperty("scenarios").EnumerateObject().ToDictionary(
            scenario => scenario.Name,
            scenario => new ConformanceOutcome(
                scenario.Value.GetProperty("kind").GetString()!,
                scenario.Value.GetProperty("passed").GetInt32(),
                scenario.Value.GetProperty("failed").GetInt32(),
                scenario.Value.GetProperty("warnings").GetInt32(),
                [.. scenario.Value.GetProperty("problems").EnumerateArray().Select(problem => problem.GetString()!)]));
    }
}
