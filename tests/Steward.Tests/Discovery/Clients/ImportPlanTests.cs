using Steward.Configuration;
using Steward.Discovery.Clients.Import;
using Xunit;

namespace Steward.Tests.Discovery.Clients;

public sealed class ImportPlanTests
{
    [Theory(Timeout = 10_000)]
    [InlineData(null, true)]
    [InlineData("", true)]
    [InlineData("secret", false)]
    public void A_server_whose_variable_is_unset_or_empty_is_added_disabled(string? value, bool expected)
    {
        var candidate = Assert.Single(Plan(value, new() { Id = "x", Command = "c", Env = new Dictionary<string, string> { ["TOKEN"] = "${env:TOKEN}" } }).Candidates);

        Assert.Equal((expected, expected ? 1 : 0), (candidate.Config.Disabled, candidate.Missing.Count));
        Assert.All(candidate.Missing, missing => Assert.Equal("${env:TOKEN}", missing));
    }

    [Fact(Timeout = 10_000)]
    public void A_default_stands_in_for_a_variable_that_is_empty() =>
        Assert.False(Assert.Single(Plan("", new() { Id = "x", Command = "c", Args = ["${env:TOKEN:-none}"] }).Candidates).Config.Disabled);

    private static ImportPlan Plan(string? value, ServerConfig config) =>
        ImportPlan.Create(new([FakeSource.Server("x", "cursor") with { Config = config }], []), [], name => name == "TOKEN" ? value : null);
}
