using System.Text;
using Xunit;

namespace Steward.Tests;

public sealed class PrivateFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("steward-file-");

    private string Target => Path.Combine(_folder.FullName, "servers.json");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact(Timeout = 30_000)]
    public async Task Many_at_once_leave_one_whole_file_and_nothing_else()
    {
        var texts = Enumerable.Range(0, 16).Select(i => new string((char)('a' + i), 200_000)).ToArray();

        await Task.WhenAll(texts.Select(text => Task.Run(() => PrivateFile.Replace(Target, Encoding.UTF8.GetBytes(text)), TestContext.Current.CancellationToken)));

        Assert.Contains(await File.ReadAllTextAsync(Target, TestContext.Current.CancellationToken), texts);
        Assert.Equal("servers.json", Assert.Single(_folder.EnumerateFiles()).Name);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Target));
    }

    [Fact(Timeout = 30_000)]
    public void What_cannot_be_put_in_place_leaves_no_draft_behind()
    {
        Directory.CreateDirectory(Target);

        Assert.ThrowsAny<Exception>(() => PrivateFile.Replace(Target, "{}"u8));

        Assert.Empty(_folder.EnumerateFiles());
    }

    [Fact(Timeout = 30_000)]
    public void A_file_that_is_there_is_not_created_again()
    {
        Assert.True(PrivateFile.TryCreate(Target, "one"u8));
        Assert.False(PrivateFile.TryCreate(Target, "two"u8));

        Assert.Equal("one", File.ReadAllText(Target));
        Assert.Single(_folder.EnumerateFiles());
    }

    [Fact(Timeout = 60_000)]
    public async Task Of_many_that_create_it_at_once_one_does_and_its_file_stays()
    {
        const int creators = 8;
        for (var round = 0; round < 50; round++)
        {
            using var together = new Barrier(creators);
            var created = await Task.WhenAll(Enumerable.Range(0, creators).Select(i => Task.Factory.StartNew(
                () =>
                {
                    together.SignalAndWait(TestContext.Current.CancellationToken);
                    return PrivateFile.TryCreate(Target, [(byte)i]);
                },
                TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

            Assert.Equal(1, created.Count(isMine => isMine));
            Assert.Equal([(byte)Array.IndexOf(created, true)], await File.ReadAllBytesAsync(Target, TestContext.Current.CancellationToken));
            Assert.Single(_folder.EnumerateFiles());
            File.Delete(Target);
        }
    }
}
