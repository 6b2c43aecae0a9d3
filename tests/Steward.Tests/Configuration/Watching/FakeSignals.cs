using System.Threading.Channels;
using Steward.Configuration.Watching;

namespace Steward.Tests.Configuration.Watching;

/// <summary>Says what the test says.</summary>
internal sealed class FakeSignals : IFileSignals
{
    private readonly Channel<bool> _changes = Channel.CreateUnbounded<bool>();

    public ChannelReader<bool> Changes => _changes.Reader;

    public bool IsComplete { get; set; } = true;

    public void Say() => _changes.Writer.TryWrite(true);

    public void Follow(string path)
    {
        // The test says when something happens.
    }

    public void Dispose() => _changes.Writer.TryComplete();
}
