namespace Steward.Configuration.Watching;

/// <summary>Hands over each version of some files until it is disposed, of one file one after the other.</summary>
internal sealed class FileFollower : IAsyncDisposable
{
    private readonly Func<string, byte[]?, CancellationToken, Task> _take;
    private readonly Action<string, Exception> _lost;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _end = new(); // never disposed: it holds no handle
    private readonly Task _following;

    /// <summary>Begins to follow.</summary>
    /// <param name="files">The files.</param>
    /// <param name="take">Takes a file's text over, which is <see langword="null"/> where there is none. What it throws once its token has fired is the end, and no failure.</param>
    /// <param name="lost">Hears of a bug of ours: the file is followed no more.</param>
    /// <param name="time">The clock.</param>
    public FileFollower(IEnumerable<string> files, Func<string, byte[]?, CancellationToken, Task> take, Action<string, Exception> lost, TimeProvider time)
    {
        (_take, _lost, _time) = (take, lost, time);
        _following = Task.WhenAll(files.Select(file => Task.Run(() => FollowAsync(file), CancellationToken.None)));
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task FollowAsync(string file)
    {
        using var signals = new FileSignals();
        var watcher = new ConfigWatcher(file, () => ConfigFile.TryRead(file), signals, _time);
        try
        {
            await foreach (var text in watcher.VersionsAsync(_end.Token).ConfigureAwait(false))
                await _take(file, text, _end.Token).ConfigureAwait(false);
        }
        catch (Exception) when (_end.IsCancellationRequested)
        {
            // Nobody wants to know any more.
        }
        catch (Exception failure) // what runs goes on, but nobody must believe that the file is followed
        {
            _lost(file, failure);
        }
    }
}
