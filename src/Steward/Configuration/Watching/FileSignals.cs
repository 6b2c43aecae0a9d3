using System.Threading.Channels;

namespace Steward.Configuration.Watching;

/// <summary>Asks the operating system. Where it refuses (too many watches, a file system without events), says that it is not complete.</summary>
internal sealed class FileSignals : IFileSignals
{
    // Full means that somebody is about to look anyway.
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly List<FileSystemWatcher> _watchers = [];
    private IReadOnlyList<(string Folder, string Name)> _points = [];
    private volatile bool _isStale;

    public ChannelReader<bool> Changes => _changes.Reader;

    public bool IsComplete { get; private set; }

    public void Follow(string path)
    {
        var points = WatchPoints.Of(path);
        if (!_isStale && IsComplete && points.SequenceEqual(_points))
            return;

        Clear();
        _isStale = false; // before the new ones look: what comes and goes from now on makes them stale again
        _points = points;
        IsComplete = true;
        foreach (var place in points.GroupBy(point => point.Folder, point => point.Name, StringComparer.Ordinal))
            IsComplete &= TryWatch(place.Key, [.. place]);
    }

    public void Dispose() => Clear();

    private bool TryWatch(string folder, HashSet<string> names)
    {
        FileSystemWatcher? watcher = null;
        try
        {
            watcher = new FileSystemWatcher(folder)
            {
                NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size | NotifyFilters.CreationTime | NotifyFilters.Attributes,
            };
            watcher.Changed += (_, change) => Note(names.Contains(change.Name ?? ""), isStale: false);
            watcher.Created += (_, change) => Note(names.Contains(change.Name ?? ""), isStale: true);
            watcher.Deleted += (_, change) => Note(names.Contains(change.Name ?? ""), isStale: true);
            watcher.Renamed += (_, change) => Note(names.Contains(change.Name ?? "") || names.Contains(change.OldName ?? ""), isStale: true);
            watcher.Error += (_, _) => Note(isOurs: true, isStale: true); // some events were lost
            watcher.EnableRaisingEvents = true;
            _watchers.Add(watcher);
            return true;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or ArgumentException or PlatformNotSupportedException)
        {
            watcher?.Dispose();
            return false;
        }
    }

    /// <param name="isOurs">Whether it is about one of our places.</param>
    /// <param name="isStale">Whether a folder that is watched may be another one now.</param>
    private void Note(bool isOurs, bool isStale)
    {
        if (!isOurs)
            return;
        if (isStale)
            _isStale = true; // only ever set here: several threads come by, and none must take back what another has said
        _changes.Writer.TryWrite(true);
    }

    private void Clear()
    {
        foreach (var watcher in _watchers)
            watcher.Dispose();
        _watchers.Clear();
    }
}
