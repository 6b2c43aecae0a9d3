using Steward.Configuration;
using Steward.Supervision;
using Xunit;

namespace Steward.Tests.Gateway;

public sealed class QuestionTests
{
    private const string Asking = """{"sampling":{}}""";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 30_000)]
    public async Task A_question_that_is_taken_back_is_taken_back_on_the_stream_of_its_call()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        using var client = await rig.OpenAsync(capabilities: Asking);
        var call = client.PostAsync(client.Message("tools/call", """{"name":"a__wait"}"""));
        var request = await server.NextAsync("tools/call");
        await server.SayAsync(Question(1));
        using var stream = await SseReader.OpenAsync(await call);
        var asked = await stream.MessageAsync();

        await server.SayAsync("""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}""");

        var withdrawn = await stream.MessageAsync();
        Assert.Equal("notifications/cancelled", (string?)withdrawn["method"]);
        Assert.Equal((long)asked["id"]!, (long)withdrawn["params"]!["requestId"]!);
        await server.AnswerAsync(request);
        Assert.NotNull((await stream.MessageAsync())["result"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task Questions_of_a_server_that_is_gone_do_not_keep_others_from_asking()
    {
        await using var rig = await GatewayRig.StartAsync("a", "b");
        var (gone, other) = (await rig.LaunchedAsync("a"), await rig.LaunchedAsync("b"));
        using var client = await rig.OpenAsync(capabilities: Asking);
        var call = client.PostAsync(client.Message("tools/call", """{"name":"a__wait"}"""));
        await gone.NextAsync("tools/call");
        for (var id = 1; id <= 257; id++)
            await gone.SayAsync(Question(id));
        using var response = await call;
        Assert.Equal(257, (int?)(await gone.NextAsync("answer"))["id"]); // one too many
        gone.Crash();
        await rig.Manager.WaitForStatusAsync("a", status => status.State == ServerState.Restarting, Cancelled);

        call = client.PostAsync(client.Message("tools/call", """{"name":"b__wait"}"""));
        await other.NextAsync("tools/call");
        await other.SayAsync(Question(1));

        using var stream = await SseReader.OpenAsync(await call);
        Assert.Equal("sampling/createMessage", (string?)(await stream.MessageAsync())["method"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_subscription_that_is_refused_is_forgotten()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        (await rig.LaunchedAsync("a")).RefusesSubscriptions = true;
        using var client = await rig.OpenAsync();

        var error = (await client.CallAsync("resources/subscribe", """{"uri":"a:1"}"""))["error"]!;

        Assert.Equal(-32002, (int?)error["code"]);
        Assert.Contains("no such thing", (string)error["message"]!, StringComparison.Ordinal);
        Assert.Empty(rig.Gateway.Servers.Find("a")!.Subscriptions.Uris);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_level_reaches_the_sessions_own_process()
    {
        await using var rig = await GatewayRig.StartAsync(new StewardConfig { Servers = [GatewayRig.Server("a", ServerIsolation.Session)] });
        await rig.LaunchedAsync("a");
        using var client = await rig.OpenAsync();
        await client.CallAsync("logging/setLevel", """{"level":"error"}""");

        await client.CallToolAsync("a__echo");
        var own = await rig.LaunchedAsync("a");
        Assert.Equal("error", (string?)(await own.NextAsync("logging/setLevel"))["params"]!["level"]);
        await client.CallAsync("logging/setLevel", """{"level":"debug"}""");

        Assert.Equal("debug", (string?)(await own.NextAsync("logging/setLevel"))["params"]!["level"]);
    }

    private static string Question(int id) => $$$"""{"jsonrpc":"2.0","id":{{{id}}},"method":"sampling/createMessage","params":{"messages":[],"maxTokens":1}}""";
}
