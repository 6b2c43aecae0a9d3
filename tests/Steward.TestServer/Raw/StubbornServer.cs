using System.Runtime.InteropServices;

namespace Steward.TestServer.Raw;

/// <summary>Ignores SIGTERM, and stays when its input ends.</summary>
internal sealed class StubbornServer : RawServer
{
    public async Task<int> RunAndStayAsync()
    {
        using var registration = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => context.Cancel = true);
        Run();
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, CancellationToken.None);
        return 0;
    }
}
