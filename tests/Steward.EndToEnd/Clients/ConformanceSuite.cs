using System.Text.Json;
using Steward.EndToEnd.Running;

namespace Steward.EndToEnd.Clients;

/// <summary>The official conformance suite, run through <c>tests/peers/clients/conformance.mjs</c>.</summary>
internal static class ConformanceSuite
{
    /// <summary>Runs the named scenarios, or all that the revision requires, and returns the outcome by scenario.</summary>
    public static async Task<IReadOnlyDictionary<string, ConformanceOutcome>> RunAsync(
        Uri endpoint, string revision, CancellationToken cancellationToken, params string[] scenarios)
    {
        var result = await LineProcess.RunAsync(
            Repository.Node, [Repository.PeerClient("conformance.mjs"), endpoint.ToString(), revision, .. scenarios], null, cancellationToken);
        if (result.ExitCode != 0)
            throw new InvalidOperationException($"the conformance suite did not run: {result.Errors}");
        return JsonElement.Parse(result.Output).GetProperty("scenarios").EnumerateObject().ToDictionary(
            scenario => scenario.Name,
            scenario => new ConformanceOutcome(
                scenario.Value.GetProperty("passed").GetInt32(),
                scenario.Value.GetProperty("failed").GetInt32(),
                scenario.Value.GetProperty("warnings").GetInt32(),
                [.. scenario.Value.GetProperty("problems").EnumerateArray().Select(problem => problem.GetString()!)]));
    }
}
