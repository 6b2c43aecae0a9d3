using System.Threading.Channels;

namespace Steward.Configuration.Watching;

/// <summary>Says that something may have happened to a file: the edge between following a file and the operating system.</summary>
internal interface IFileSignals : IDisposable
{
    /// <summary>Has an element when something may have happened since it was emptied. One is enough for any number of events.</summary>
    ChannelReader<bool> Changes { get; }

    /// <summary>Whether everything is reported. Where not, somebody has to look often.</summary>
    bool IsComplete { get; }

    /// <summary>From now on, everything is reported by which the path could come to mean another text.</summary>
    void Follow(string path);
}
