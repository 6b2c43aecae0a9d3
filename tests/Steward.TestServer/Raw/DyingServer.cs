using System.Diagnostics;

namespace Steward.TestServer.Raw;

/// <summary>Dies in the middle of a call: <c>misbehave</c> with the text <c>kill</c> by SIGKILL, else with exit code 7.</summary>
internal sealed class DyingServer : RawServer
{
    protected override void Misbehave(in RawMessage message)
    {
        Flush();
        if (message.Says("kill"u8))
            Process.GetCurrentProcess().Kill();
        Environment.Exit(7);
    }
}
