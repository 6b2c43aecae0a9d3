using System.Text;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using Steward.Configuration;
using Steward.Supervision;
using Xunit;

namespace Steward.Tests.Parity;

/// <summary>mcp_runner's stdio transport, on a real child: a shell that talks like a server which npm has started.</summary>
public sealed class McpRunnerStdioTests
{
    // Answers each request under its id, and says other things between; a method that begins with "bad" is refused.
    private const string Chatty = """
        say() { printf '%s\n' "$1"; }
        say ''; say '> server@1.0.0 start'; say 'npm WARN deprecated left-pad@1.3.0'; say '[info] ready { on stdio'; say '   '
        while IFS= read -r line; do
          id=$(say "$line" | sed -n 's/.*"id":\("[^"]*"\|-\{0,1\}[0-9]*\).*/\1/p')
          [ -n "$id" ] || continue
          say ''; say 'handling a request'
          case "$line" in
            *'"initialize"'*) say '{"jsonrpc":"2.0","id":'"$id"',"result":{"protocolVersion":"2024-11-05","capabilities":{"tools":{}},"serverInfo":{"name":"chatty","version":"1"}}}' ;;
            *'"tools/list"'*) say '{"jsonrpc":"2.0","id":'"$id"',"result":{"tools":[{"name":"echo","inputSchema":{"type":"object"}}]}}' ;;
            *'"bad'*) say '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"of nobody"}}'; say '{"jsonrpc":"2.0","id":"another","result":{}}'; say '{"jsonrpc":"2.0","id":'"$id"',"error":{"code":-32601,"message":"no such method"}}' ;;
            *'"tools/call"'*) say '{"jsonrpc":"2.0","id":'"$id"',"result":{"content":[{"type":"text","text":"done"}]}}' ;;
            *) say '{"jsonrpc":"2.0","id":'"$id"',"result":{}}' ;;
          esac
          say 'handled'
        done
        """;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>There, an answer under another id, or none, spoiled the line behind it.</summary>
    [Fact(Timeout = 60_000)]
    public async Task What_npm_says_and_empty_lines_between_answers_are_passed_over_and_ids_find_their_callers()
    {
        await using var manager = new McpServerManager([Shell(Chatty) with { Lifecycle = ServerLifecycle.Initialize }]);

        var status = await manager.StartServerAsync("chatty", Cancelled);
        Assert.Equal((ServerState.Running, "2024-11-05", 1), (status.State, status.Revision, status.ToolCount));
        for (var i = 0; i < 3; i++)
        {
            var result = await manager.CallToolAsync("chatty", "echo", cancellationToken: Cancelled);
            Assert.Equal("done", Assert.IsType<TextContentBlock>(Assert.Single(result.Content)).Text);
            var refused = await Assert.ThrowsAsync<McpProtocolException>(() => manager.SendRequestAsync("chatty", "bad/one", cancellationToken: Cancelled));
            Assert.Equal((McpErrorCode.MethodNotFound, "no such method"), (refused.ErrorCode, refused.Message));
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task The_end_of_output_fails_who_waits_at_once()
    {
        const string Dying = """
            read -r line; id=$(printf '%s' "$line" | sed -n 's/.*"id":\([0-9]*\).*/\1/p')
            printf '{"jsonrpc":"2.0","id":%s,"result":{"protocolVersion":"2025-11-25","capabilities":{},"serverInfo":{"name":"dying","version":"1"}}}\n' "$id"
            while read -r line; do case "$line" in *custom/last*) exit 5;; esac; done
            """;
        var server = Shell(Dying) with { Lifecycle = ServerLifecycle.Initialize, RequestTimeout = Timeout.InfiniteTimeSpan, RestartPolicy = RestartPolicy.Never };
        await using var manager = new McpServerManager([server]);
        await manager.StartServerAsync("chatty", Cancelled);

        await Assert.ThrowsAsync<Steward.Clients.UncertainResultException>(() => manager.SendRequestAsync("chatty", "custom/last", cancellationToken: Cancelled));

        var dead = await manager.WaitForStatusAsync("chatty", status => status.State is ServerState.Crashed or ServerState.FailedToStart, Cancelled);
        Assert.Equal(5, dead.LastExit!.Code);
    }

    /// <summary>There, nobody ever read what a server wrote to its errors, and it stood still when the pipe was full.</summary>
    [Fact(Timeout = 60_000)]
    public async Task Errors_without_end_do_not_stop_a_server_and_the_last_of_them_are_kept()
    {
        const string Loud = "head -c 1000000 /dev/zero | tr '\\0' x >&2; echo >&2; echo 'the last words' >&2; exit 4";
        await using var manager = new McpServerManager([Shell(Loud) with { RestartPolicy = RestartPolicy.Never }]);

        var failure = await Assert.ThrowsAsync<ServerStartException>(() => manager.StartServerAsync("chatty", Cancelled));

        Assert.Equal(4, failure.Status.LastExit!.Code);
        Assert.Equal("the last words", failure.Status.LastExit.StderrTail[^1]);
        Assert.InRange(Encoding.UTF8.GetByteCount(string.Concat(failure.Status.LastExit.StderrTail)), 1, 100_000);
    }

    private static ServerConfig Shell(string script) => new() { Id = "chatty", Command = "sh", Args = ["-c", script] };
}
