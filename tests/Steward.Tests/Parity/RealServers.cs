using Steward.Configuration;
using Steward.Tests.Configuration;
using Steward.Tests.Server;

namespace Steward.Tests.Parity;

/// <summary>Servers that are processes of their own: the test server in one of its modes.</summary>
internal static class RealServers
{
    /// <summary>One that is started again after 20 ms and gets half a second to end.</summary>
    public static ServerConfig Process(string id, string mode) => new()
    {
        Id = id,
        Command = Repository.PathOf("artifacts", "bin", "Steward.TestServer", new DirectoryInfo(AppContext.BaseDirectory).Name, "Steward.TestServer"),
        Args = ["--mode", mode],
        RestartPolicy = new RestartPolicy { InitialDelay = TimeSpan.FromMilliseconds(20) },
        Shutdown = new ShutdownPolicy { Grace = TimeSpan.FromMilliseconds(500) },
    };

    /// <summary>A host that starts what it is given for real.</summary>
    public static Task<HostRig> StartAsync(params ServerConfig[] servers) => HostRig.StartAsync(onLaunch: null, servers);
}
