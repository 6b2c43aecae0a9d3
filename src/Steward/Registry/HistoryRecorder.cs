using Microsoft.Extensions.Logging;
using Steward.Supervision;

namespace Steward.Registry;

/// <summary>Follows the statuses of all servers and makes history of them, until the manager has been shut down.</summary>
internal sealed class HistoryRecorder(McpServerManager manager, IHistoryTable history, KeptCatalogues? catalogues, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    // The manager has been shut down when this ends, so there is little left to read.
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, ServerTrail> _trails = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _end = new(); // never disposed: its timer is gone after seconds
    private Task _following = Task.CompletedTask;

    /// <summary>Begins to follow.</summary>
    public void Start() => _following = FollowAsync();

    public async ValueTask DisposeAsync()
    {
        _end.CancelAfter(LongestEnd);
        await _following.ConfigureAwait(false);
    }

    private async Task FollowAsync()
    {
        try
        {
            await foreach (var status in manager.WatchAsync(_end.Token).ConfigureAwait(false))
            {
                if (!_trails.TryGetValue(status.Id, out var trail))
                    _trails.Add(status.Id, trail = new ServerTrail(status.Id, history, time));
                if (status.IsRemoved && _trails.Remove(status.Id))
                    trail.End();
                else
                    trail.Follow(status);
                if (status.State == ServerState.Running)
                    catalogues?.Note(status.Id);
            }
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
            // What was not read by then is lost.
        }
        catch (Exception failure) // no server may suffer from its history
        {
            logger.RecordingBroken(failure);
        }

        foreach (var trail in _trails.Values)
            trail.End();
    }
}
