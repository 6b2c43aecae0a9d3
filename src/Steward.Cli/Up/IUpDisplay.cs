using Steward.Server;

namespace Steward.Cli.Up;

/// <summary>What <c>up</c> shows: a table that is redrawn, plain lines, or JSON.</summary>
internal interface IUpDisplay
{
    /// <summary>Says that the daemon listens, and how to connect.</summary>
    void Listening(StewardHost host);

    /// <summary>Shows the servers and their changes until it is cancelled.</summary>
    Task ShowAsync(McpServerManager manager, CancellationToken cancellationToken);

    /// <summary>Says something that is not about a single server. May come at any time, from any thread.</summary>
    void Notice(string text);

    /// <summary>Says that the daemon is about to stop.</summary>
    void Stopping();
}
