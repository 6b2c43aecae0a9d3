namespace Steward.TestServer.Raw;

/// <summary>A modern server that takes its time until it answers its first request.</summary>
internal sealed class LateServer : ModernServer
{
    private readonly TimeSpan _delay;

    public LateServer(TimeSpan delay) => _delay = delay;

    protected override void Discover(in RawMessage message)
    {
        using var never = new ManualResetEventSlim();
        never.Wait(_delay);
        base.Discover(message);
    }
}
