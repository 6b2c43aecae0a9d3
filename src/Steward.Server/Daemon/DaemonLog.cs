using Microsoft.Extensions.Logging;

namespace Steward.Server.Daemon;

/// <summary>The daemon's log: what is worth noting, and the file where it goes. Nothing goes to the terminal.</summary>
internal sealed class DaemonLog : IAsyncDisposable
{
    private readonly FileLoggerProvider _file;

    public DaemonLog(DataDirectory data, TimeProvider time)
    {
        _file = new FileLoggerProvider(data.DaemonLogFile, time);
        Loggers = LoggerFactory.Create(logging =>
        {
            logging.AddProvider(_file);
            logging.SetMinimumLevel(LogLevel.Warning);
            logging.AddFilter("Steward", LogLevel.Information);
            // As long as anybody listens here, ASP.NET Core makes an Activity and a scope for every request.
            logging.AddFilter("Microsoft.AspNetCore.Hosting", LogLevel.None);
        });
    }

    public ILoggerFactory Loggers { get; }

    /// <summary>Writes what is still waiting.</summary>
    public async ValueTask DisposeAsync()
    {
        Loggers.Dispose();
        await _file.DisposeAsync();
    }
}
