using Microsoft.Extensions.AI;
using Steward.Agents;
using Steward.Tests.Clients;
using Steward.Tests.Gateway;
using Xunit;

namespace Steward.Tests.Agents;

public sealed class ToolApprovalTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 10_000)]
    public async Task Without_a_callback_a_tool_says_that_it_needs_approval_unless_its_server_approves_it()
    {
        await using var rig = await LibraryRig.StartAsync("a", "b");
        await rig.Manager.UpdateServerAsync(GatewayRig.Server("a") with { AutoApprove = ["echo"] }, Cancelled);
        await rig.Manager.UpdateServerAsync(GatewayRig.Server("b") with { AutoApprove = ["*"] }, Cancelled);
        var tools = await rig.Manager.GetToolsAsync(cancellationToken: Cancelled);

        Assert.Equal(["a__wait"], tools.Where(NeedsApproval).Names());
        Assert.Equal(["p_a__wait"], tools.WithPrefix("p_").Where(NeedsApproval).Names());
        Assert.Equal(["a__wait"], ToolSet.Merge(ToolSet.Of(new FakeTool("own")), tools).Where(NeedsApproval).Names());
        Assert.IsType<ApprovalRequiredAIFunction>(tools.Find("a__wait"));
    }

    [Fact(Timeout = 10_000)]
    public async Task A_change_of_what_a_server_approves_shows_at_once()
    {
        await using var rig = await LibraryRig.StartAsync("a");
        var tools = await rig.Manager.GetToolsAsync(cancellationToken: Cancelled);
        var approved = tools.ReachesAsync(now => !now.Any(NeedsApproval));
        Assert.Equal(2, tools.Count(NeedsApproval));
        await rig.Manager.UpdateServerAsync(GatewayRig.Server("a") with { AutoApprove = ["*"] }, Cancelled);
        Assert.Equal(2, (await approved).Count);
        await rig.Manager.UpdateServerAsync(GatewayRig.Server("a"), Cancelled);
        Assert.Equal(2, tools.Count(NeedsApproval));
    }

    [Fact(Timeout = 10_000)]
    public async Task The_callback_is_asked_before_each_call_that_is_not_approved_and_sees_what_is_sent()
    {
        await using var rig = await LibraryRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        await rig.Manager.UpdateServerAsync(GatewayRig.Server("a") with { AutoApprove = ["echo"] }, Cancelled);
        var asked = new List<ToolApprovalRequest>();
        var tools = await rig.Manager.GetToolsAsync(new ServerToolOptions { Approve = (request, _) => Note(asked, request) }, Cancelled);
        Assert.DoesNotContain(tools, NeedsApproval);

        await tools.Find("a__echo")!.InvokeAsync(cancellationToken: Cancelled);
        Assert.Empty(asked);

        var call = tools.WithPrefix("p_").Find("p_a__wait")!.InvokeAsync(new() { ["x"] = 1 }, Cancelled).AsTask();
        await server.NextAsync("tools/call"); // that of echo, which answered by itself
        await server.AnswerAsync(await server.NextAsync("tools/call"));
        await call;
        var request = Assert.Single(asked);
        Assert.Equal(("a", "wait", """{"x":1}"""), (request.ServerId, request.Tool.ToolName, request.Arguments.GetRawText()));
        Assert.True(request.Tool.Safety.IsDestructive);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_denied_call_never_reaches_the_server_and_the_model_is_told_why()
    {
        await using var rig = await LibraryRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var tools = await rig.Manager.GetToolsAsync(new ServerToolOptions { Approve = (_, _) => new(ToolApproval.Deny("not today")) }, Cancelled);
        var result = await tools.Find("a__echo")!.InvokeAsync(cancellationToken: Cancelled);
        Assert.Equal("Error: The call was denied: not today", Assert.IsType<TextContent>(result).Text);
        Assert.True((await tools.Server("a__echo").CallAsync(cancellationToken: Cancelled)).IsError);
        Assert.False(server.HasHeard("tools/call"));
    }

    [Fact(Timeout = 10_000)]
    public async Task A_callback_that_fails_denies()
    {
        await using var rig = await LibraryRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        foreach (var approve in new Func<ToolApprovalRequest, CancellationToken, ValueTask<ToolApproval>>[]
                 {
                     (_, _) => throw new InvalidOperationException("a bug"),
                     (_, _) => ValueTask.FromException<ToolApproval>(new OperationCanceledException()),
                     (_, _) => new((ToolApproval)null!),
                 })
        {
            var tools = await rig.Manager.GetToolsAsync(new ServerToolOptions { Approve = approve }, Cancelled);
            var result = await tools.Find("a__echo")!.InvokeAsync(cancellationToken: Cancelled);
            Assert.StartsWith("Error: The call was denied", Assert.IsType<TextContent>(result).Text, StringComparison.Ordinal);
        }

        Assert.False(server.HasHeard("tools/call"));
    }

    [Fact(Timeout = 10_000)]
    public async Task Giving_up_while_a_person_thinks_is_no_denial()
    {
        await using var rig = await LibraryRig.StartAsync("a");
        using var giveUp = new CancellationTokenSource();
        var asked = new TaskCompletionSource();
        var tools = await rig.Manager.GetToolsAsync(
            new ServerToolOptions
            {
                Approve = async (_, token) =>
                {
                    asked.SetResult();
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
                    return ToolApproval.Allow;
                },
            },
            Cancelled);
        var call = tools.Find("a__echo")!.InvokeAsync(cancellationToken: giveUp.Token).AsTask();
        await asked.Task;
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    private static bool NeedsApproval(AIFunction tool) => tool.GetService<ApprovalRequiredAIFunction>() is not null;

    private static ValueTask<ToolApproval> Note(List<ToolApprovalRequest> asked, ToolApprovalRequest request)
    {
        asked.Add(request);
        return new(ToolApproval.Allow);
    }
}
