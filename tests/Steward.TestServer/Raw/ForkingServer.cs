using System.Diagnostics;

namespace Steward.TestServer.Raw;

/// <summary>
/// Leaves a grandchild behind that ignores SIGTERM and holds the pipes open: in this process group (<c>plain</c>), in a
/// session of its own (<c>setsid</c>), or there and without a parent (<c>daemon</c>).
/// </summary>
internal sealed class ForkingServer : RawServer
{
    private const string Stay = "trap '' TERM HUP INT; while :; do sleep 3600; done";

    public ForkingServer(string how)
    {
        var script = how switch
        {
            "plain" => Stay,
            "setsid" => $"exec setsid sh -c \"{Stay}\"",
            "daemon" => $"(setsid sh -c \"{Stay}\" &) ; exit 0",
            _ => throw new ArgumentException($"--how {how}: expected plain, setsid or daemon"),
        };
        Process.Start(new ProcessStartInfo("sh") { ArgumentList = { "-c", script } })!.Dispose();
    }

    /// <summary>Exits and leaves the grandchild.</summary>
    protected override void Misbehave(in RawMessage message)
    {
        Flush();
        Environment.Exit(7);
    }
}
