using System.Runtime.Versioning;
using Steward.Server.Daemon;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Server;

[UnsupportedOSPlatform("windows")]
public sealed class DaemonFilesTests : IDisposable
{
    private const UnixFileMode OwnerReadsAndWrites = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TemporaryData _temporary = new();

    private DataDirectory Data => _temporary.Data;

    public void Dispose() => _temporary.Dispose();

    [Fact(Timeout = 10_000)]
    public void The_data_directory_is_closed_to_others_even_when_it_was_there_before()
    {
        Directory.CreateDirectory(Data.Path);

        Data.Create();

        Assert.Equal(OwnerReadsAndWrites | UnixFileMode.UserExecute, File.GetUnixFileMode(Data.Path));
    }

    [Fact(Timeout = 10_000)]
    public void The_token_is_made_once_and_only_its_owner_may_read_it()
    {
        Data.Create();

        var first = ApiToken.LoadOrCreate(Data);
        var second = ApiToken.LoadOrCreate(Data);

        Assert.Equal(43, first.Value.Length); // 32 bytes in base64url
        Assert.Equal(first.Value, second.Value);
        Assert.Equal(OwnerReadsAndWrites, File.GetUnixFileMode(Data.ApiTokenFile));
        Assert.True(first.Matches(second.Value));
        Assert.False(first.Matches(""));
        Assert.False(first.Matches(second.Value[..^1]));
        Assert.Equal([Data.ApiTokenFile], Directory.GetFiles(Data.Path)); // no draft is left
    }

    [Fact(Timeout = 10_000)]
    public async Task Many_first_starts_at_once_agree_on_one_token()
    {
        Data.Create();

        var tokens = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => ApiToken.LoadOrCreate(Data).Value)));

        Assert.Single(tokens.Distinct());
    }

    [Fact(Timeout = 10_000)]
    public void A_token_that_others_could_read_is_closed_to_them()
    {
        Data.Create();
        ApiToken.LoadOrCreate(Data);
        File.SetUnixFileMode(Data.ApiTokenFile, OwnerReadsAndWrites | UnixFileMode.OtherRead);

        ApiToken.LoadOrCreate(Data);

        Assert.Equal(OwnerReadsAndWrites, File.GetUnixFileMode(Data.ApiTokenFile));
    }

    [Theory(Timeout = 10_000)]
    [InlineData("")]
    [InlineData("short")]
    [InlineData("not a token at all, though it is long enough!")]
    public void A_file_without_a_token_is_refused_with_the_mend(string content)
    {
        Data.Create();
        File.WriteAllText(Data.ApiTokenFile, content);

        var error = Assert.Throws<InvalidDataException>(() => ApiToken.LoadOrCreate(Data));

        Assert.Contains("Delete it", error.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 10_000)]
    public void A_second_daemon_is_refused_with_process_and_address_of_the_first()
    {
        Data.Create();
        using var first = DaemonLock.Take(Data);
        Assert.Contains("just starting", Assert.Throws<DaemonRunningException>(() => DaemonLock.Take(Data)).Message, StringComparison.Ordinal);

        new DaemonFacts(4711, "http://127.0.0.1:7420", DateTimeOffset.UnixEpoch, "1.2.3").Write(Data);
        var error = Assert.Throws<DaemonRunningException>(() => DaemonLock.Take(Data));

        Assert.Contains("process 4711, http://127.0.0.1:7420", error.Message, StringComparison.Ordinal);
        Assert.Equal(4711, error.Running?.Pid);
    }

    [Fact(Timeout = 10_000)]
    public void The_lock_can_be_taken_again_once_it_is_let_go()
    {
        Data.Create();
        DaemonLock.Take(Data).Dispose();

        DaemonLock.Take(Data).Dispose();
    }

    [Fact(Timeout = 10_000)]
    public async Task Who_looks_in_keeps_nobody_else_from_looking_in_and_a_daemon_waits_for_them()
    {
        Data.Create();
        var time = new FakeTimeProvider();
        var cancellation = TestContext.Current.CancellationToken;
        var (one, two) = (await DaemonLock.ShareAsync(Data, time, cancellation), await DaemonLock.ShareAsync(Data, time, cancellation));
        Assert.True(DaemonLock.IsFree(Data));
        new DaemonFacts(int.MaxValue, "http://127.0.0.1:7420", DateTimeOffset.UnixEpoch, "1").Write(Data); // of a daemon that was killed

        var starting = DaemonLock.TakeAsync(Data, time, cancellation);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(starting.IsCompleted);
        one!.Dispose();
        two!.Dispose();
        while (!starting.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(20));
            await Task.Yield();
        }

        using var daemon = await starting;
        Assert.True(DaemonLock.IsTaken(Data));
    }

    [Fact(Timeout = 10_000)]
    public async Task A_daemon_that_listens_is_not_waited_for()
    {
        Data.Create();
        var (time, cancellation) = (new FakeTimeProvider(), TestContext.Current.CancellationToken);
        using var first = DaemonLock.Take(Data);
        new DaemonFacts(Environment.ProcessId, "http://127.0.0.1:7420", DateTimeOffset.UnixEpoch, "1").Write(Data);

        Assert.Null(await DaemonLock.ShareAsync(Data, time, cancellation));
        await Assert.ThrowsAsync<DaemonRunningException>(() => DaemonLock.TakeAsync(Data, time, cancellation));
    }

    [Theory(Timeout = 10_000)]
    [InlineData("/x", "/own", "/xdg", "/x")]
    [InlineData(null, "/own", "/xdg", "/own")]
    [InlineData(null, null, "/xdg", "/xdg/steward")]
    [InlineData(null, "", "/xdg", "/xdg/steward")]
    public void The_data_directory_is_the_nearest_that_was_named(string? option, string? own, string? xdg, string expected)
    {
        var data = DataDirectory.Find(option, name => name == "STEWARD_DATA" ? own : name == "XDG_DATA_HOME" ? xdg : null);

        Assert.Equal(expected, data.Path);
    }

    [Fact(Timeout = 10_000)]
    public void Facts_that_are_half_written_count_as_none()
    {
        Data.Create();
        File.WriteAllText(Data.FactsFile, """{"pid": 1, "ur""");

        Assert.Null(DaemonFacts.Read(Data));
    }
}
