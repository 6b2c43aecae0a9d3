using System.Threading.Channels;
using ModelContextProtocol.Protocol;

namespace Steward.TestServer.Fixture;

/// <summary>A transport that answers by itself what the gate of the era refuses, and passes on the rest.</summary>
internal sealed class GatedTransport : ITransport
{
    // Unbounded, as the SDK's own: what a test sends has to fit into memory.
    private readonly Channel<JsonRpcMessage> _passed = Channel.CreateUnbounded<JsonRpcMessage>();
    private readonly ITransport _inner;
    private readonly EraGate _gate;
    private readonly Task _pumping;

    public GatedTransport(ITransport inner, EraGate gate)
    {
        (_inner, _gate) = (inner, gate);
        _pumping = PumpAsync();
    }

    public string? SessionId => _inner.SessionId;

    public ChannelReader<JsonRpcMessage> MessageReader => _passed.Reader;

    public Task SendMessageAsync(JsonRpcMessage message, CancellationToken cancellationToken = default) =>
        _inner.SendMessageAsync(message, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _inner.DisposeAsync();
        await _pumping;
    }

    private async Task PumpAsync()
    {
        try
        {
            await foreach (var message in _inner.MessageReader.ReadAllAsync())
            {
                if (_gate.Refuse(message) is { } refusal)
                    await _inner.SendMessageAsync(refusal);
                else
                    _passed.Writer.TryWrite(message);
            }
        }
        finally
        {
            _passed.Writer.TryComplete();
        }
    }
}
