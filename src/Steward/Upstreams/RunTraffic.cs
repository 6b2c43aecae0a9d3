using System.Threading.Channels;
using Steward.Catalog;
using Steward.Wire;

namespace Steward.Upstreams;

/// <summary>Keeps news of changed lists for the run that reads them again, and passes everything else on.</summary>
internal sealed class RunTraffic(IConnectionHandler next, INotificationListener? notifications) : IConnectionHandler
{
    // A bell: what rang is in the bits, where each kind is once, however often a server speaks of it.
    private readonly Channel<bool> _bell = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private int _changed;
    private int _toolsAnnounced;

    /// <summary>Waits until a list may have changed; <see langword="false"/> where none will any more.</summary>
    public ValueTask<bool> WaitForChangeAsync(CancellationToken cancellationToken) => _bell.Reader.WaitToReadAsync(cancellationToken);

    /// <summary>The lists that may have changed since the last time.</summary>
    public IReadOnlyCollection<CatalogKind> TakeChanges()
    {
        _bell.Reader.TryRead(out _);
        var changed = Interlocked.Exchange(ref _changed, 0);
        return [.. Enum.GetValues<CatalogKind>().Where(kind => (changed & BitOf(kind)) != 0)];
    }

    public void OnRequest(UpstreamConnection connection, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope) =>
        next.OnRequest(connection, message, envelope);

    public bool OnLateProgress(UpstreamConnection connection, long upstreamId, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope) =>
        next.OnLateProgress(connection, upstreamId, message, envelope);

    public void OnNotification(UpstreamConnection connection, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        notifications?.OnNotification(connection.ServerId, message, envelope);
        switch (envelope.Method)
        {
            case McpMethod.NotificationsToolsListChanged:
                Volatile.Write(ref _toolsAnnounced, 1);
                NoteChange(CatalogKind.Tools);
                break;
            case McpMethod.NotificationsPromptsListChanged:
                NoteChange(CatalogKind.Prompts);
                break;
            case McpMethod.NotificationsResourcesListChanged:
                NoteChange(CatalogKind.Resources);
                NoteChange(CatalogKind.ResourceTemplates);
                break;
            default:
                next.OnNotification(connection, message, envelope);
                break;
        }
    }

    public void OnRenewed(UpstreamConnection connection)
    {
        foreach (var kind in Enum.GetValues<CatalogKind>())
            NoteChange(kind); // a server that was started anew may offer other things
        next.OnRenewed(connection);
    }

    /// <summary>A list may have changed.</summary>
    public void NoteChange(CatalogKind kind)
    {
        Interlocked.Or(ref _changed, BitOf(kind));
        _bell.Writer.TryWrite(true);
    }

    /// <summary>Whether the server itself has said since the last time that its tools have changed.</summary>
    public bool TakeToolsAnnounced() => Interlocked.Exchange(ref _toolsAnnounced, 0) != 0;

    public void Complete() => _bell.Writer.TryComplete();

    private static int BitOf(CatalogKind kind) => 1 << (int)kind;
}
