using Steward.EndToEnd.Clients;
using Steward.EndToEnd.Running;
using Xunit;

namespace Steward.EndToEnd;

/// <summary>
/// The client scenarios of the official conformance suite, with Steward as the client: the suite plays a remote server and, where
/// it is protected, its authorization server.
/// </summary>
public sealed class ConformanceClientTests
{
    /// <summary>Scenarios that no revision requires, each with the reason why it is not reached.</summary>
    private static readonly Dictionary<string, string> NotReached = new(StringComparer.Ordinal)
    {
        ["auth/enterprise-managed-authorization"] = "an extension: the token of an identity provider, which Steward has no way to get",
        ["auth/dpop"] = "an extension: tokens bound to a key, which neither the official SDK knows",
        ["auth/dpop-nonce"] = "the same",
        ["auth/wif-jwt-bearer"] = "an extension: the identity of a workload, which Steward has no way to get",
    };

    [Theory(Timeout = 600_000)]
    [InlineData("2025-11-25", 19 + 2)] // the revision's own, and client credentials
    [InlineData("2026-07-28", 33 + 2)]
    public async Task Every_client_scenario_passes_but_those_with_a_reason(string revision, int expected)
    {
        var outcomes = await ConformanceSuite.RunClientAsync(Repository.ConformanceClientProgram, revision, TestContext.Current.CancellationToken);

        var counted = outcomes.Where(outcome => !NotReached.ContainsKey(outcome.Key)).ToList();
        Assert.True(counted.Count >= expected, $"only {counted.Count} scenarios ran");
        Assert.All(counted, outcome =>
        {
            Assert.True(outcome.Value.Passed > 0, $"{outcome.Key} checked nothing");
            Assert.Empty(outcome.Value.Problems);
        });
    }
}
