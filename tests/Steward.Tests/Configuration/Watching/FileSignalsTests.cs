using System.Text;
using Steward.Configuration;
using Steward.Configuration.Watching;
using Xunit;

namespace Steward.Tests.Configuration.Watching;

/// <summary>The ways in which a file comes to have another text, with the real file system.</summary>
public sealed class FileSignalsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("steward-watch-").FullName;
    private readonly FileSignals _signals = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string PathOf(params string[] parts) => Path.Combine([_folder, .. parts]);

    [Fact(Timeout = 60_000)]
    public async Task Every_way_to_save_is_seen()
    {
        var file = PathOf("steward.json");
        await File.WriteAllTextAsync(file, "one", Cancelled);
        await using var versions = Follow(file);
        Assert.Equal("one", await NextAsync(versions));

        var next = NextAsync(versions);
        await File.WriteAllTextAsync(file, "in place", Cancelled);
        Assert.Equal("in place", await next);

        next = NextAsync(versions);
        await File.WriteAllTextAsync(file + ".tmp", "renamed", Cancelled);
        File.Move(file + ".tmp", file, overwrite: true);
        Assert.Equal("renamed", await next);

        next = NextAsync(versions);
        File.Delete(file);
        await File.WriteAllTextAsync(file, "anew", Cancelled);
        Assert.Equal("anew", await next);

        next = NextAsync(versions);
        Directory.Delete(_folder, recursive: true);
        Assert.Null(await next);

        next = NextAsync(versions);
        Directory.CreateDirectory(_folder);
        await File.WriteAllTextAsync(file, "in a new folder", Cancelled);
        Assert.Equal("in a new folder", await next);

        next = NextAsync(versions);
        await File.WriteAllTextAsync(file, "in that folder again", Cancelled);
        Assert.Equal("in that folder again", await next);
    }

    [Fact(Timeout = 60_000)]
    public async Task The_swap_of_a_link_on_the_way_is_seen_as_mounts_of_Kubernetes_have_it()
    {
        Directory.CreateDirectory(PathOf("..v1"));
        Directory.CreateDirectory(PathOf("..v2"));
        await File.WriteAllTextAsync(PathOf("..v1", "steward.json"), "one", Cancelled);
        await File.WriteAllTextAsync(PathOf("..v2", "steward.json"), "two", Cancelled);
        Directory.CreateSymbolicLink(PathOf("..data"), "..v1");
        File.CreateSymbolicLink(PathOf("steward.json"), Path.Combine("..data", "steward.json"));
        await using var versions = Follow(PathOf("steward.json"));
        Assert.Equal("one", await NextAsync(versions));

        var next = NextAsync(versions);
        Directory.CreateSymbolicLink(PathOf("..data_tmp"), "..v2");
        Directory.Move(PathOf("..data_tmp"), PathOf("..swapped"));
        File.Delete(PathOf("..data"));
        Directory.Move(PathOf("..swapped"), PathOf("..data"));
        Assert.Equal("two", await next);

        next = NextAsync(versions);
        await File.WriteAllTextAsync(PathOf("..v2", "steward.json"), "where the links lead", Cancelled);
        Assert.Equal("where the links lead", await next);
    }

    [Fact(Timeout = 10_000)]
    public void Links_that_lead_in_circles_lead_nowhere()
    {
        File.CreateSymbolicLink(PathOf("a"), "b");
        File.CreateSymbolicLink(PathOf("b"), "a");

        Assert.Contains((_folder, "a"), WatchPoints.Of(PathOf("a")));
        Assert.Contains((_folder, "missing"), WatchPoints.Of(PathOf("missing", "steward.json")));
    }

    [Fact(Timeout = 10_000)]
    public void A_folder_that_is_not_there_cannot_be_watched_but_the_one_above_it_can()
    {
        _signals.Follow(PathOf("not", "there", "steward.json"));
        Assert.True(_signals.IsComplete);
        Directory.CreateDirectory(PathOf("not"));
        Assert.True(SpinWait.SpinUntil(() => _signals.Changes.TryPeek(out _), TimeSpan.FromSeconds(5)));
    }

    public void Dispose()
    {
        _signals.Dispose();
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    private IAsyncEnumerator<byte[]?> Follow(string file) =>
        new ConfigWatcher(file, () => ConfigFile.TryRead(file), _signals, TimeProvider.System).VersionsAsync(Cancelled).GetAsyncEnumerator(Cancelled);

    private static async Task<string?> NextAsync(IAsyncEnumerator<byte[]?> versions)
    {
        Assert.True(await versions.MoveNextAsync());
        return versions.Current is { } text ? Encoding.UTF8.GetString(text) : null;
    }
}
