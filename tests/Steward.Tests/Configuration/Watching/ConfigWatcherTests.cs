using System.Text;
using Steward.Configuration.Watching;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Configuration.Watching;

public sealed class ConfigWatcherTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly FakeSignals _signals = new();
    private readonly CancellationTokenSource _end = new();
    private readonly IAsyncEnumerator<byte[]?> _versions;
    private volatile string? _text = "one";
    private int _reads;

    public ConfigWatcherTests() => _versions = new ConfigWatcher("steward.json", Read, _signals, _time).VersionsAsync(_end.Token).GetAsyncEnumerator(TestContext.Current.CancellationToken);

    [Fact(Timeout = 10_000)]
    public async Task The_first_text_comes_once_and_a_change_when_it_has_settled()
    {
        Assert.Equal("one", await NextAsync());
        var next = NextAsync();
        await WaitsAsync();

        await SaveAsync("two");
        await WaitsAsync();
        Assert.False(next.IsCompleted);
        _time.Advance(ConfigWatcher.Quiet);

        Assert.Equal("two", await next);
    }

    [Fact(Timeout = 10_000)]
    public async Task Half_a_text_is_nothing_to_anybody()
    {
        Assert.Equal("one", await NextAsync());
        var next = NextAsync();
        await WaitsAsync();

        await SaveAsync("{");
        foreach (var part in (string[])["{ \"mcp", "{ \"mcpServers\": ", "{ \"mcpServers\": {} }"])
        {
            await WaitsAsync();
            var reads = Volatile.Read(ref _reads);
            _text = part;
            _time.Advance(ConfigWatcher.Quiet);
            await ReadsAsync(reads);
            Assert.False(next.IsCompleted);
        }

        await WaitsAsync();
        _time.Advance(ConfigWatcher.Quiet);
        Assert.Equal("{ \"mcpServers\": {} }", await next);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_file_that_is_emptied_or_removed_before_it_is_written_gets_more_time()
    {
        Assert.Equal("one", await NextAsync());
        var next = NextAsync();
        await WaitsAsync();

        await SaveAsync("");
        await WaitsAsync();
        _time.Advance(ConfigWatcher.Quiet * 2);
        Assert.False(next.IsCompleted);
        _text = "two";
        _time.Advance(ConfigWatcher.LongQuiet - ConfigWatcher.Quiet * 2);
        await WaitsAsync();
        _time.Advance(ConfigWatcher.Quiet);
        Assert.Equal("two", await next);

        next = NextAsync();
        await WaitsAsync();
        await SaveAsync(null);
        await WaitsAsync();
        _time.Advance(ConfigWatcher.LongQuiet);
        Assert.Null(await next);
    }

    [Fact(Timeout = 10_000)]
    public async Task What_goes_back_to_what_it_was_is_no_change()
    {
        Assert.Equal("one", await NextAsync());
        var next = NextAsync();
        await WaitsAsync();
        await SaveAsync("two");
        await WaitsAsync();
        var reads = Volatile.Read(ref _reads);
        _text = "one";
        _time.Advance(ConfigWatcher.Quiet);
        await ReadsAsync(reads);
        await WaitsAsync();
        _time.Advance(ConfigWatcher.Quiet);
        await WaitsAsync();

        Assert.False(next.IsCompleted);
    }

    [Theory(Timeout = 10_000)]
    [InlineData(true, 10_000)]
    [InlineData(false, 1_000)]
    public async Task Without_a_signal_it_looks_now_and_then(bool isComplete, int milliseconds)
    {
        _signals.IsComplete = isComplete;
        Assert.Equal("one", await NextAsync());
        var next = NextAsync();
        await WaitsAsync();

        _text = "two";
        _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
        await WaitsAsync();
        _time.Advance(ConfigWatcher.Quiet);

        Assert.Equal("two", await next);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _signals.Dispose();
        _end.Dispose();
    }

    private byte[]? Read()
    {
        Interlocked.Increment(ref _reads);
        return _text is { } text ? Encoding.UTF8.GetBytes(text) : null;
    }

    /// <summary>Saves, and waits until the watcher has looked.</summary>
    private async Task SaveAsync(string? text)
    {
        var reads = Volatile.Read(ref _reads);
        _text = text;
        _signals.Say();
        await ReadsAsync(reads);
    }

    private async Task<string?> NextAsync()
    {
        var moving = _versions.MoveNextAsync();
        if (_reads <= 1) // the first look: nothing is told before it has settled
        {
            await WaitsAsync();
            _time.Advance(ConfigWatcher.Quiet);
        }

        Assert.True(await moving);
        return _versions.Current is { } text ? Encoding.UTF8.GetString(text) : null;
    }

    /// <summary>Until the watcher waits for the clock.</summary>
    private async Task WaitsAsync()
    {
        while (_time.ArmedTimers == 0)
            await Task.Yield();
    }

    private async Task ReadsAsync(int more)
    {
        while (Volatile.Read(ref _reads) <= more)
            await Task.Yield();
    }
}
