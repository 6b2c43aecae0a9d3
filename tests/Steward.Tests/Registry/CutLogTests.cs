using Steward.Registry;
using Xunit;

namespace Steward.Tests.Registry;

/// <summary>
/// The write-ahead log of the registry is cut or overwritten somewhere, as a disk leaves it that failed. What was written up to there is
/// all there, what came after it is not, and nothing is there by half.
/// </summary>
public sealed class CutLogTests : IDisposable
{
    private const int Servers = 6;
    private const int Stride = 3001; // one or two in each page of the log, at another place in each

    private readonly StoreFolder _whole = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _whole.Dispose();

    [Theory(Timeout = 60_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wherever_the_log_is_damaged_what_was_written_before_is_there_and_nothing_by_half(bool isCut)
    {
        var (file, log) = await WriteAsync();
        var (kept, before) = (new SortedSet<int>(), 0);

        foreach (var at in (int[])[.. Enumerable.Range(0, (log.Length / Stride) + 1).Select(i => i * Stride), log.Length])
        {
            var count = await OpenAsync(file, isCut ? log[..at] : [.. log[..at], .. "overwritten"u8[..Math.Min(11, log.Length - at)], .. log[Math.Min(at + 11, log.Length)..]]);
            Assert.True(count >= before, $"of {log.Length} bytes {at} are whole: {count} definitions, {before} of fewer bytes");
            kept.Add(before = count);
        }

        Assert.Equal(Enumerable.Range(0, Servers + 1), kept);
    }

    /// <summary>What a process leaves that writes one definition after the other and is killed: the file, and the log with all that is new.</summary>
    private async Task<(byte[] File, byte[] Log)> WriteAsync()
    {
        await using var store = await _whole.OpenAsync();
        for (var i = 0; i < Servers; i++)
            await store.Servers.AddAsync(Server(i), Cancelled);
        return (await ReadAsync(_whole.File), await ReadAsync(_whole.File + "-wal"));
    }

    /// <returns>How many definitions are there, from the first on.</returns>
    private async Task<int> OpenAsync(byte[] file, byte[] log)
    {
        using var folder = new StoreFolder();
        File.Copy(_whole.Options.KeyFile, folder.Options.KeyFile);
        await File.WriteAllBytesAsync(folder.File, file, Cancelled);
        await File.WriteAllBytesAsync(folder.File + "-wal", log, Cancelled);
        await using var store = await folder.OpenAsync();

        var content = await store.Servers.ReadAsync(Cancelled);

        Assert.Empty(content.Unreadable);
        for (var i = 0; i < content.Servers.Count; i++)
            Samples.Equal(Server(i).Config, content.Servers[i].Config);
        Assert.True(await store.Servers.AddAsync(new RegisteredServer(Samples.Server("new"), "test", default, default), Cancelled));
        Assert.DoesNotContain(folder.Files, name => name.Contains("damaged", StringComparison.Ordinal));
        return content.Servers.Count;
    }

    private static RegisteredServer Server(int number) => new(Samples.Server($"server-{number}"), "test", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);

    /// <summary>Reads what another has open.</summary>
    private static async Task<byte[]> ReadAsync(string path)
    {
        await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[stream.Length];
        await stream.ReadExactlyAsync(bytes, Cancelled);
        return bytes;
    }
}
