using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Steward.Gateway.Tasks;
using Steward.Supervision;
using Steward.Tests.Testing;
using Steward.Upstreams;
using Steward.Wire;
using Xunit;

namespace Steward.Tests.Upstreams;

/// <summary>Calls of a connection that fail, are lost or were never sent.</summary>
public sealed class UnhappyCallTests : IAsyncDisposable
{
    private readonly FakeLink _link = new();
    private readonly FakeTimeProvider _time = new();
    private readonly UpstreamConnection _connection;

    public UnhappyCallTests()
    {
        _connection = new UpstreamConnection("s", _link, new RecordingHandler(), log: null, _time, NullLogger.Instance);
        _connection.Start();
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    [Fact]
    public void Whoever_fails_at_an_answer_or_at_being_given_up_keeps_no_connection_busy()
    {
        var answered = new FailingCall();
        _connection.Send(answered, "x", default);
        Assert.Throws<InvalidOperationException>(() => _link.Say($$"""{"jsonrpc":"2.0","id":{{answered.UpstreamId}},"result":true}"""));
        var cancelled = new FailingCall();
        _connection.Send(cancelled, "x", default);
        Assert.Throws<InvalidOperationException>(() => _connection.Cancel(cancelled, "why"));

        Assert.Equal(0, _connection.CallsInFlight);
    }

    [Fact]
    public void A_call_that_is_not_sent_is_told_from_one_that_is_lost()
    {
        var lost = new FailingCall();
        _connection.Send(lost, "x", default);
        _link.IsClosed = true;
        var refused = new FailingCall();
        _connection.Send(refused, "x", default);
        _connection.FailAll("gone");
        var late = new FailingCall();
        _connection.Send(late, "x", default);

        Assert.Equal((false, true, true), (lost.IsUnsent, refused.IsUnsent, late.IsUnsent));
    }

    [Fact]
    public async Task An_answer_that_nobody_can_be_given_is_a_failure_of_the_server()
    {
        var (link, window) = (new FakeLink(), new CallWindow(_time));
        await using var connection = new UpstreamConnection("s", link, new RecordingHandler(), log: null, _time, NullLogger.Instance) { Calls = window };
        connection.Start();
        var (endless, garbled) = (new RecordingCall(client: this), new RecordingCall(client: this));
        connection.Send(endless, "tools/call", default);
        connection.Send(garbled, "tools/call", default);

        link.Receiver.OnOversized(Encoding.UTF8.GetBytes($$"""{"jsonrpc":"2.0","id":{{endless.UpstreamId}},"result":{"text":"aaa"""), "aaa\"}}"u8, 100_000_000);
        link.Receiver.OnMessage([.. Encoding.UTF8.GetBytes($$"""{"jsonrpc":"2.0","id":{{garbled.UpstreamId}},"result":{"text":"x"""), 0xff, .. "\"}}"u8]);

        Assert.Equal((JsonRpcErrorCode.InternalError, JsonRpcErrorCode.InternalError), (endless.FailedWith, garbled.FailedWith));
        Assert.Equal((2, 2), (window.Read().Calls, window.Read().Failed));
    }

    /// <summary>Whoever waits for that closes the connection then.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_connection_is_not_idle_before_the_server_was_told_that_a_call_was_given_up(bool byTime)
    {
        var call = new RecordingCall(timeout: TimeSpan.FromSeconds(1));
        _connection.Send(call, "x", default);
        var wasIdle = new List<bool>();
        _link.Sending = _ => wasIdle.Add(_connection.WaitIdleAsync(CancellationToken.None).IsCompleted);

        if (byTime)
            _time.Advance(TimeSpan.FromSeconds(2));
        else
            _connection.Cancel(call, "why");

        Assert.Equal([false], wasIdle);
        Assert.Equal(0, _connection.CallsInFlight);
    }

    [Fact]
    public void A_task_of_somebody_else_may_be_what_asks()
    {
        var call = new RecordingCall(client: new object());
        _connection.Send(call, "tools/call", default);
        Assert.True(_connection.IsAtWorkForOnly(call));
        var ofTask = new TaskResultCall(null!);
        _connection.Send(ofTask, "tasks/result", default);
        Assert.False(_connection.IsAtWorkForOnly(call));
        _connection.Forget(ofTask);
    }
}
