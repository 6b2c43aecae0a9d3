using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Steward.Configuration;
using Steward.Upstreams;
using Steward.Wire;
using Xunit;

namespace Steward.Tests.Upstreams;

/// <summary>A link whose other side is the test: it sees what is sent and says what it likes, on its own thread.</summary>
internal sealed class FakeLink : ILink
{
    private readonly Channel<JsonNode> _outgoing = Channel.CreateUnbounded<JsonNode>();
    private readonly TaskCompletionSource<string> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<string> Closed => _closed.Task;

    public ServerTransport Transport { get; set; } = ServerTransport.Stdio;

    public List<string> Sent { get; } = [];

    public ILinkReceiver Receiver { get; private set; } = null!;

    public bool IsClosed { get; set; }

    public bool? HasBeenRead { get; set; }

    /// <summary>Where set, senders wait for it.</summary>
    public TaskCompletionSource? Hold { get; set; }

    /// <summary>Hears what is sent, while it is being sent.</summary>
    public Action<string>? Sending { get; set; }

    public void Start(ILinkReceiver receiver) => Receiver = receiver;

    public ValueTask SendAsync(ReadOnlySpan<byte> message, scoped in FrameEdits edits, PendingCall? call)
    {
        if (IsClosed)
            throw new LinkClosedException("closed by the test");
        var frame = RentedFrame.Copy(message, edits);
        var text = Encoding.UTF8.GetString(frame.Span);
        lock (Sent)
            Sent.Add(text);
        Sending?.Invoke(text);
        _outgoing.Writer.TryWrite(JsonNode.Parse(text)!);
        frame.Return();
        return Hold is null ? default : new ValueTask(Hold.Task);
    }

    /// <summary>The next message that is sent, whatever it is.</summary>
    public ValueTask<JsonNode> NextAsync() => _outgoing.Reader.ReadAsync(TestContext.Current.CancellationToken);

    public void Answer(JsonNode request, string result) => Say($$"""{"jsonrpc":"2.0","id":{{request["id"]}},"result":{{result}}}""");

    public void Refuse(JsonNode request, int code, string data = "null") =>
        Say($$$"""{"jsonrpc":"2.0","id":{{{request["id"]}}},"error":{"code":{{{code}}},"message":"no","data":{{{data}}}}}""");

    public void Say(string message) => Receiver.OnMessage(Encoding.UTF8.GetBytes(message));

    public ValueTask DisposeAsync()
    {
        IsClosed = true;
        _closed.TrySetResult("closed by the test");
        return default;
    }
}
