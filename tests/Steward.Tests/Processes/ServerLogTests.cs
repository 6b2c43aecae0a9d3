using System.Runtime.Versioning;
using Microsoft.Extensions.Logging.Abstractions;
using Steward.Processes;
using Xunit;

namespace Steward.Tests.Processes;

[SupportedOSPlatform("linux")] // file modes
public sealed class ServerLogTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string FilePath => Path.Combine(_folder, "test.log");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact(Timeout = 10_000)]
    public async Task The_tail_is_the_newest_lines_in_order()
    {
        await using var log = Open(new ServerLogOptions { MaxLines = 3 });
        Write(log, 1, 5);

        Assert.Equal(["line 4", "line 5"], log.Tail(2).Select(line => line.Text));
        Assert.Equal(["line 3", "line 4", "line 5"], log.Tail(100).Select(line => line.Text));
        Assert.Empty(log.Tail(0));
        Assert.Equal(5, log.LineCount);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_follower_gets_the_tail_and_then_every_line_until_the_end()
    {
        var log = Open(new ServerLogOptions());
        Write(log, 1, 3);
        await using var reader = log.ReadAsync(2, follow: true, Token).GetAsyncEnumerator(Token);

        Assert.Equal("line 2", await NextAsync(reader));
        Assert.Equal("line 3", await NextAsync(reader));
        var pending = NextAsync(reader);
        Assert.False(pending.IsCompleted);
        Write(log, 4, 5);
        Assert.Equal("line 4", await pending);
        Assert.Equal("line 5", await NextAsync(reader));
        await log.DisposeAsync();
        Assert.Null(await NextAsync(reader));
    }

    [Fact(Timeout = 10_000)]
    public async Task A_slow_follower_loses_the_oldest_lines_and_is_told()
    {
        await using var log = Open(new ServerLogOptions { MaxLines = 10 });
        Write(log, 1, 1);
        await using var reader = log.ReadAsync(1, follow: true, Token).GetAsyncEnumerator(Token);
        Assert.Equal("line 1", await NextAsync(reader));

        Write(log, 2, 100);

        Assert.StartsWith("89 lines were dropped", await NextAsync(reader), StringComparison.Ordinal);
        Assert.Equal("line 91", await NextAsync(reader));
    }

    [Fact(Timeout = 10_000)]
    public async Task A_reader_that_does_not_follow_ends_with_the_last_line()
    {
        await using var log = Open(new ServerLogOptions());
        Write(log, 1, 200);

        Assert.Equal(200, await log.ReadAsync(int.MaxValue, follow: false, Token).CountAsync(Token));
    }

    [Fact(Timeout = 10_000)]
    public async Task A_follower_can_be_cancelled_while_it_waits()
    {
        await using var log = Open(new ServerLogOptions());
        using var cancel = new CancellationTokenSource();
        await using var reader = log.ReadAsync(0, follow: true, cancel.Token).GetAsyncEnumerator(Token);
        var pending = NextAsync(reader);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pending);
    }

    [Fact(Timeout = 10_000)]
    public async Task The_file_has_one_line_for_each_event_and_is_private()
    {
        var log = Open(new ServerLogOptions { Directory = _folder });
        log.Append(LogSource.Stderr, "one\rtwo\u001b[31m\nthree");
        log.Append(LogSource.Steward, "started");
        await log.DisposeAsync();

        var lines = await File.ReadAllLinesAsync(FilePath, Token);
        Assert.Equal(2, lines.Length);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z stderr one\\u000dtwo\\u000athree$", lines[0]);
        Assert.EndsWith("Z steward started", lines[1], StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath));
    }

    [Fact(Timeout = 10_000)]
    public async Task A_file_is_appended_to_and_never_grows_beyond_its_bound()
    {
        var options = new ServerLogOptions { Directory = _folder, FileBytes = 8 * 1024, Files = 3 };
        for (var i = 0; i < 10; i++)
        {
            var log = Open(options);
            Write(log, 1, 100);
            await log.DisposeAsync();
        }

        Assert.Equal(["test.log", "test.log.1", "test.log.2"], Directory.GetFiles(_folder).Select(Path.GetFileName).Order());
        Assert.All(Directory.GetFiles(_folder), file => Assert.InRange(new FileInfo(file).Length, 1, 8 * 1024));
        Assert.EndsWith("line 100", (await File.ReadAllLinesAsync(FilePath, Token))[^1], StringComparison.Ordinal);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_flood_is_left_out_of_the_file_and_the_file_says_how_much()
    {
        var log = Open(new ServerLogOptions { Directory = _folder, MaxLines = 100, FileBytesPerSecond = 1 });
        Write(log, 1, 10_000);
        await log.DisposeAsync();

        var text = await File.ReadAllTextAsync(FilePath, Token);
        Assert.Contains("lines were left out", text, StringComparison.Ordinal);
        Assert.EndsWith("line 10000\n", text, StringComparison.Ordinal);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_folder_that_cannot_be_written_leaves_the_lines_in_memory()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "file"), "", Token);
        var log = Open(new ServerLogOptions { Directory = Path.Combine(_folder, "file", "logs") });
        Write(log, 1, 3);

        Assert.Equal(3, log.Tail(10).Count);
        await log.DisposeAsync();
    }

    [Theory]
    [InlineData("files", "files.log")]
    [InlineData("../../etc/passwd", "______etc_passwd.log")]
    public void A_server_id_cannot_lead_out_of_the_folder(string id, string file) => Assert.Equal(file, LogFileWriter.FileName(id));

    private static ServerLog Open(ServerLogOptions options) => new("test", options, TimeProvider.System, NullLogger.Instance);

    private static void Write(ServerLog log, int first, int last)
    {
        for (var i = first; i <= last; i++)
            log.Append(LogSource.Stderr, $"line {i}");
    }

    private static async Task<string?> NextAsync(IAsyncEnumerator<LogLine> reader) =>
        await reader.MoveNextAsync() ? reader.Current.Text : null;
}
