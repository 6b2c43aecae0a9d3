using System.Threading.Channels;
using Steward.Catalog;
using Steward.Wire;

namespace Steward.Upstreams;

/// <summary>Keeps news of changed lists for the run that reads them again, and passes everything else on.</summary>
internal sealed class RunTraffic(IConnectionHandler next, INotificationListener? notifications) : IConnectionHandler
{
    // Full means that every kind is on the list already.
    private readonly Channel<CatalogKind> _changed = Channel.CreateBounded<CatalogKind>(
        new BoundedChannelOptions(16) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public ChannelReader<CatalogKind> ChangedLists => _changed.Reader;

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
    public void NoteChange(CatalogKind kind) => _changed.Writer.TryWrite(kind);

    public void Complete() => _changed.Writer.TryComplete();
}
