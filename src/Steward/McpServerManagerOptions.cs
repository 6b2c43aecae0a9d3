using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Steward.Hosting;

namespace Steward;

/// <summary>How a <see cref="McpServerManager"/> of a program's own behaves.</summary>
public sealed class McpServerManagerOptions
{
    /// <summary>
    /// A folder for what should outlast the program: log files of the servers, tokens of remote ones, and the notes by which children of a
    /// program that was killed are ended at its next start. One manager at a time may use it.
    /// </summary>
    /// <value>Default: <see langword="null"/>, which keeps everything in memory.</value>
    public string? DataDirectory { get; set; }

    /// <summary>Makes the loggers.</summary>
    /// <value>Default: <see cref="NullLoggerFactory"/>.</value>
    public ILoggerFactory LoggerFactory { get; set; } = NullLoggerFactory.Instance;

    /// <summary>The clock.</summary>
    /// <value>Default: <see cref="TimeProvider.System"/>.</value>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Changes what the servers run on, for tests.</summary>
    internal Func<ManagerHostOptions, ManagerHostOptions> Adjust { get; set; } = static options => options;
}
