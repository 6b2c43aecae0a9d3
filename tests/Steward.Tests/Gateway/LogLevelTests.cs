using Steward.Gateway;
using Steward.Tests.Testing;
using Steward.Tests.Upstreams;
using Xunit;

namespace Steward.Tests.Gateway;

/// <summary>The level of a server that several clients share.</summary>
public sealed class LogLevelTests
{
    private const string Tell = "logging/setLevel";

    [Fact(Timeout = 30_000)]
    public async Task A_server_is_told_one_level_after_the_other_so_that_it_keeps_what_all_want()
    {
        await using var rig = await GatewayRig.StartAsync(static server => server.Keeps = Tell, "a");
        var server = await rig.LaunchedAsync("a");
        using var one = await rig.OpenAsync();
        using var two = await rig.OpenAsync();
        var first = one.CallAsync(Tell, """{"level":"info"}""");
        var told = await server.NextAsync(Tell);

        var second = two.CallAsync(Tell, """{"level":"debug"}""");
        await Fleet.Until(() => rig.Gateway.Sessions.All.Any(static session => session.LogLevel == LogSeverity.Debug));
        for (var other = 0; other < 5; other++)
            await two.CallAsync("ping"); // what was sent before is in by now
        Assert.False(server.HasHeard(Tell));
        await server.AnswerAsync(told, "{}");
        told = await server.NextAsync(Tell);
        Assert.Equal("debug", (string?)told["params"]!["level"]);
        Assert.False(second.IsCompleted);
        await server.AnswerAsync(told, "{}");

        Assert.NotNull((await first)["result"]);
        Assert.NotNull((await second)["result"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_server_that_forgot_its_session_is_told_its_level_again()
    {
        HookedLink? link = null;
        await using var rig = await GatewayRig.StartAsync(server => server.Wrap = inner => link = new HookedLink(inner), "a");
        var server = await rig.LaunchedAsync("a");
        using var legacy = await rig.OpenAsync();
        await legacy.CallAsync(Tell, """{"level":"notice"}""");
        Assert.Equal("notice", (string?)(await server.NextAsync(Tell))["params"]!["level"]);

        link!.Receiver.OnRenewed();

        Assert.Equal("notice", (string?)(await server.NextAsync(Tell))["params"]!["level"]);
    }
}
