namespace Steward.TestServer.Raw;

/// <summary>Closes its output when it is asked to misbehave, and stays.</summary>
internal sealed class MuteServer : RawServer
{
    protected override void Misbehave(in RawMessage message)
    {
        CloseOutput();
        new ManualResetEventSlim().Wait();
    }
}
