using System.IO.Pipelines;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Steward.Tests.Wire;
using Steward.Upstreams;
using Xunit;

namespace Steward.Tests.Upstreams;

public sealed class StdioLinkTests : IAsyncDisposable
{
    private readonly PipePeer _peer = new();
    private readonly RecordingHandler _handler = new();
    private readonly UpstreamConnection _connection;

    public StdioLinkTests()
    {
        _connection = new UpstreamConnection("s", _peer.Link, _handler, log: null, TimeProvider.System, NullLogger.Instance);
        _connection.Start();
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _peer.DisposeAsync();
        await _connection.DisposeAsync();
    }

    [Fact(Timeout = 60_000)]
    public async Task All_progress_comes_in_order_before_its_result_with_32_calls_in_flight()
    {
        const int calls = 2000;
        const int inFlight = 32;
        var server = ServeAsync(calls);
        var all = new List<RecordingCall>();
        using var slots = new SemaphoreSlim(inFlight);
        for (var i = 0; i < calls; i++)
        {
            await slots.WaitAsync(Cancelled);
            var call = new RecordingCall();
            all.Add(call);
            var request = $$$$"""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","_meta":{"progressToken":"p"},"arguments":{"mark":{{{{i}}}}}}}""";
            _connection.Call(call, Messages.Utf8(request), Messages.Parse(request));
            _ = call.Ended.ContinueWith(_ => slots.Release(), Cancelled, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        await Task.WhenAll(all.Select(call => call.Ended));
        await server;

        for (var i = 0; i < calls; i++)
        {
            var heard = all[i].Heard;
            Assert.Equal(4, heard.Count);
            for (var step = 0; step < 3; step++)
                Assert.Equal($$$"""progress {"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":{{{all[i].UpstreamId}}},"progress":{{{step}}},"message":"{{{i}}}"}}""", heard[step]);
            Assert.Contains($"\"mark\":{i}}}", heard[3], StringComparison.Ordinal);
        }

        Assert.Equal(0, _connection.StrayMessages);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_message_on_many_lines_goes_out_on_one()
    {
        const string request = "{\n  \"jsonrpc\": \"2.0\",\r\n  \"id\": 5,\n  \"method\": \"tools/call\",\n  \"params\": {\"name\": \"t\"}\n}\n";
        _connection.Call(new RecordingCall(), Messages.Utf8(request), Messages.Parse(request));

        var line = await _peer.ReadAsync(Cancelled);

        Assert.Equal("tools/call", (string?)JsonNode.Parse(line!)!["method"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_link_that_cannot_be_written_to_has_ended_though_the_other_side_could_still_speak()
    {
        using var input = new GatedStream(open: false);
        var output = new Pipe();
        await using var link = new StdioLink(input, output.Reader.AsStream());
        link.Start(new RecordingReceiver());
        await link.SendAsync("{}"u8, default, call: null);

        await input.DisposeAsync(); // as a pipe whose reader is gone

        Assert.Equal("could not be written to any more: Broken pipe", await link.Closed);
        await Assert.ThrowsAsync<LinkClosedException>(async () => await link.SendAsync("{}"u8, default, call: null));
        await output.Writer.CompleteAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task What_was_said_before_a_link_could_not_be_written_to_still_comes_and_its_end_tells_how_it_went()
    {
        using var input = new GatedStream(open: false);
        var output = new Pipe();
        await using var link = new StdioLink(input, output.Reader.AsStream());
        await link.SendAsync("{}"u8, default, call: null);
        await input.DisposeAsync();
        await output.Writer.WriteAsync("{\"last\":\"words\"}\n"u8.ToArray(), Cancelled);
        await output.Writer.CompleteAsync();
        var receiver = new RecordingReceiver();

        link.Start(receiver);

        Assert.Equal("closed its output", await link.Closed);
        Assert.Equal("""{"last":"words"}""", Assert.Single(receiver.Messages));
    }

    [Fact(Timeout = 30_000)]
    public async Task The_end_of_output_closes_the_link_after_the_last_message()
    {
        var call = new RecordingCall();
        const string request = """{"jsonrpc":"2.0","id":5,"method":"ping"}""";
        _connection.Call(call, Messages.Utf8(request), Messages.Parse(request));

        await _peer.SayAsync($$$"""{"jsonrpc":"2.0","id":{{{call.UpstreamId}}},"result":{}}""", Cancelled);
        _peer.CloseOutput();

        Assert.Equal("closed its output", await _connection.Closed);
        Assert.StartsWith("response", Assert.Single(call.Heard), StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_receiver_that_fails_closes_the_link_rather_than_leave_it_deaf()
    {
        await using var peer = new PipePeer();
        peer.Link.Start(new FailingReceiver());

        await peer.SayAsync("{}", Cancelled);

        Assert.Contains("on purpose", await peer.Link.Closed, StringComparison.Ordinal);
    }

    /// <summary>Answers every call with three steps of progress and its mark, several calls in one write.</summary>
    private async Task ServeAsync(int calls)
    {
        for (var i = 0; i < calls; i++)
        {
            var request = JsonNode.Parse((await _peer.ReadAsync(Cancelled))!)!;
            var (id, mark) = ((long)request["id"]!, (int)request["params"]!["arguments"]!["mark"]!);
            var lines = new StringBuilder();
            for (var step = 0; step < 3; step++)
                lines.Append($$$"""{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":{{{id}}},"progress":{{{step}}},"message":"{{{mark}}}"}""").Append("}\n");
            lines.Append($$$"""{"jsonrpc":"2.0","id":{{{id}}},"result":{"mark":{{{mark}}}""").Append("}}");
            await _peer.SayAsync(lines.ToString(), Cancelled);
        }
    }

    private sealed class FailingReceiver : ILinkReceiver
    {
        public void OnMessage(ReadOnlySpan<byte> message) => throw new NotSupportedException("on purpose");

        public void OnOversized(ReadOnlySpan<byte> head, ReadOnlySpan<byte> tail, long length) => throw new NotSupportedException("on purpose");

        public void OnUndeliverable(ReadOnlySpan<byte> message, string reason, int status) => throw new NotSupportedException("on purpose");
    }
}
