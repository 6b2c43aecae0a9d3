namespace Steward.TestServer.Raw;

/// <summary>Answers the call that asks it to misbehave, and never reads again.</summary>
internal sealed class DeafServer : RawServer
{
    protected override void Misbehave(in RawMessage message)
    {
        Echo(message);
        Flush();
        new ManualResetEventSlim().Wait();
    }
}
