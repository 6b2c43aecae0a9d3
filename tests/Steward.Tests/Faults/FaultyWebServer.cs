using System.Diagnostics;
using Steward.Tests.Parity;

namespace Steward.Tests.Faults;

/// <summary>The test server as a remote one with faults: a process of its own, which ends with its input.</summary>
internal sealed class FaultyWebServer : IAsyncDisposable
{
    private readonly Process _process;

    private FaultyWebServer(Process process, Uri url) => (_process, Url) = (process, url);

    public Uri Url { get; }

    public static async Task<FaultyWebServer> StartAsync()
    {
        var process = Process.Start(new ProcessStartInfo(RealServers.Process("web", "echo").Command!, ["--mode", "faulty-web"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        return new FaultyWebServer(process, new Uri(await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("it gave no address")));
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
