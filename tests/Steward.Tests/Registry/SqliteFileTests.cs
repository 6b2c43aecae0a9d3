using System.Text;
using Microsoft.Data.Sqlite;
using Steward.Registry;
using Steward.Registry.Sqlite;
using Xunit;

namespace Steward.Tests.Registry;

/// <summary>What becomes of the file: versions, damage, strangers.</summary>
public sealed class SqliteFileTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 30_000)]
    public async Task Everything_is_there_after_a_reopening()
    {
        await KeepOneServerAsync();

        await using var store = await _folder.OpenAsync();

        Assert.Equal("files", Assert.Single((await store.Servers.ReadAsync(Cancelled)).Servers).Config.Id);
        Assert.Equal(["steward.db", "steward.db-shm", "steward.db-wal", "steward.key"], _folder.Files);
    }

    [Fact(Timeout = 60_000)]
    public async Task Two_stores_of_one_file_that_begin_at_the_same_time_share_it()
    {
        await using var one = _folder.Create();
        await using var two = _folder.Create();
        await Task.WhenAll(one.OpenAsync(Cancelled), two.OpenAsync(Cancelled));

        var added = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => (i % 2 == 0 ? one : two).Servers.AddAsync(
            new RegisteredServer(Samples.Server($"server-{i / 2}"), "test", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch), Cancelled)));

        Assert.Equal(50, added.Count(wasAdded => wasAdded)); // of two of one id exactly one
        foreach (var store in (SqliteRegistryStore[])[one, two])
            Assert.Equal((50, 0), ((await store.Servers.ReadAsync(Cancelled)).Servers.Count, (await store.Servers.ReadAsync(Cancelled)).Unreadable.Count));
        Assert.DoesNotContain(_folder.Files, name => name.Contains("damaged", StringComparison.Ordinal));
    }

    [Fact(Timeout = 30_000)]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task All_files_are_their_owners_alone()
    {
        await File.WriteAllBytesAsync(_folder.File, [], Cancelled);
        File.SetUnixFileMode(_folder.File, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);

        await using var store = await _folder.OpenAsync();
        await store.Servers.AddAsync(Server("files"), Cancelled);

        Assert.All(_folder.Files, name => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.PathOf(name))));
    }

    [Fact(Timeout = 30_000)]
    public async Task No_secret_of_a_definition_stands_in_clear_anywhere()
    {
        const string Secret = "hunter2-hunter2-hunter2";
        var config = Samples.Server("files") with { Args = [$"--token={Secret}"], Env = new Dictionary<string, string> { ["TOKEN"] = Secret } };
        await using (var store = await _folder.OpenAsync())
        {
            await store.Servers.AddAsync(new RegisteredServer(config, "test", default, default), Cancelled);
            await store.Servers.UpdateAsync(new RegisteredServer(config with { Command = "other" }, "test", default, default), Cancelled);
            store.Memory.Keep(new ServerMemory("files", store.Memory.DigestOf(config)!, "Modern"));
            store.Memory.Keep(new DiscoveryRow("claude", Encoding.UTF8.GetBytes(Secret), default, default));
            await store.FlushAsync(Cancelled);
            NowhereIs(Secret);
        }

        NowhereIs(Secret);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_file_of_a_newer_version_is_refused_and_left_alone()
    {
        await KeepOneServerAsync();
        Execute("PRAGMA user_version = 1000");
        var before = await File.ReadAllBytesAsync(_folder.File, Cancelled);

        await using (var store = _folder.Create())
        {
            var refused = await Assert.ThrowsAsync<NewerRegistryException>(() => store.OpenAsync(Cancelled));
            Assert.Contains("newer Steward (version 1000; this one knows 3)", refused.Message, StringComparison.Ordinal);
            Assert.Contains(_folder.File, refused.Message, StringComparison.Ordinal);
        }

        Assert.Equal(before, await File.ReadAllBytesAsync(_folder.File, Cancelled));
        Assert.Equal(["steward.db", "steward.key"], _folder.Files);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_file_of_every_earlier_version_is_brought_up_to_date(int version)
    {
        var earlier = _folder.Options with { Steps = [.. Schema.Steps.Take(version)] };
        CreateAt(earlier);
        Execute("INSERT INTO overrides (id, enabled) VALUES ('kept', 1)");

        await using var store = await _folder.OpenAsync();

        Assert.Equal([new("kept", true)], (await store.Servers.ReadAsync(Cancelled)).Overrides);
        Assert.Empty(await store.Memory.ReadMemoriesAsync(Cancelled));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_crash_in_the_midst_of_a_step_leaves_the_version_before_and_the_next_start_goes_on()
    {
        var broken = _folder.Options with { Steps = [Schema.Steps[0], Schema.Steps[1] with { Sql = Schema.Steps[1].Sql + "INSERT INTO nowhere VALUES (1);" }, Schema.Steps[2]] };
        await using (var crashing = _folder.Create(options: broken))
            await Assert.ThrowsAsync<RegistryException>(() => crashing.OpenAsync(Cancelled));
        Assert.Equal(1L, Query("PRAGMA user_version"));
        Assert.Equal(0L, Query("SELECT count(*) FROM sqlite_master WHERE name = 'events'"));
        Execute("INSERT INTO overrides (id, enabled) VALUES ('kept', 1)");

        await using var store = await _folder.OpenAsync();

        Assert.Equal([new("kept", true)], (await store.Servers.ReadAsync(Cancelled)).Overrides);
    }

    [Fact(Timeout = 30_000)]
    public async Task An_empty_file_is_begun_anew_and_that_is_said()
    {
        await File.WriteAllBytesAsync(_folder.File, [], Cancelled);

        await using var store = await _folder.OpenAsync();

        await _folder.Log.Sees(line => line.StartsWith("Warning: ", StringComparison.Ordinal) && line.Contains("is an empty file", StringComparison.Ordinal), Cancelled);
        Assert.True(await store.Servers.AddAsync(Server("files"), Cancelled));
    }

    [Theory(Timeout = 30_000)]
    [InlineData("text")]
    [InlineData("header only")]
    [InlineData("zeros")]
    [InlineData("noise")]
    [InlineData("first page overwritten")]
    public async Task A_file_that_is_no_database_is_set_aside_and_work_goes_on(string what)
    {
        byte[] content = what switch
        {
            "text" => Encoding.UTF8.GetBytes(new string('x', 5000)),
            "header only" => "SQLite format 3\0"u8.ToArray(),
            "zeros" => new byte[8192],
            "noise" => Noise(8192),
            _ => [.. Noise(4096), .. (await OneServerAsync())[4096..]],
        };
        await File.WriteAllBytesAsync(_folder.File, content, Cancelled);

        await using var store = await _folder.OpenAsync();

        Assert.True(await store.Servers.AddAsync(Server("files"), Cancelled));
        var aside = Assert.Single(_folder.Files, name => name.StartsWith("steward.db.damaged-", StringComparison.Ordinal));
        Assert.Equal(content, await File.ReadAllBytesAsync(_folder.PathOf(aside), Cancelled));
        await _folder.Log.Sees(line => line.StartsWith("Error: ", StringComparison.Ordinal) && line.Contains(aside, StringComparison.Ordinal), Cancelled);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_database_of_another_program_is_set_aside_untouched()
    {
        Execute("CREATE TABLE recipes (name TEXT); INSERT INTO recipes VALUES ('soup')");

        await using var store = await _folder.OpenAsync();

        var aside = Assert.Single(_folder.Files, name => name.StartsWith("steward.db.damaged-", StringComparison.Ordinal) && name.EndsWith('Z'));
        Assert.Equal("soup", Query("SELECT name FROM recipes", _folder.PathOf(aside)));
        await _folder.Log.Sees(line => line.Contains("it is a database of another program", StringComparison.Ordinal), Cancelled);
        Assert.Empty((await store.Servers.ReadAsync(Cancelled)).Servers);
    }

    [Fact(Timeout = 30_000)]
    public async Task Of_a_truncated_file_the_definitions_are_saved_that_can_be_read()
    {
        await using (var store = await _folder.OpenAsync())
        {
            for (var i = 0; i < 100; i++)
                await store.Servers.AddAsync(Server($"server-{i}"), Cancelled);
        }

        await using (var file = new FileStream(_folder.File, FileMode.Open))
            file.SetLength(file.Length - 8192);

        await using var reopened = await _folder.OpenAsync();
        await _folder.Log.Sees(line => line.Contains("was set aside", StringComparison.Ordinal), Cancelled);
        var saved = (await reopened.Servers.ReadAsync(Cancelled)).Servers;
        Assert.InRange(saved.Count, 1, 99);
        Assert.Equal(Enumerable.Range(0, saved.Count).Select(i => $"server-{i}"), saved.Select(server => server.Config.Id));
        Assert.All(saved, server => Samples.Equal(Samples.Server(server.Config.Id), server.Config));
        Assert.True(await reopened.Servers.AddAsync(Server("new"), Cancelled));
    }

    [Theory(Timeout = 30_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Of_a_file_that_is_damaged_elsewhere_every_definition_is_saved(bool whileInUse)
    {
        await using (var store = await _folder.OpenAsync())
        {
            await store.Servers.AddAsync(Server("files"), Cancelled);
            for (var i = 0; i < 500; i++)
                store.History.Record(new LifecycleEvent("files", LifecycleEventKind.Started, DateTimeOffset.UnixEpoch.AddYears(90), new string('x', 200)));
        }

        if (!whileInUse)
            Damage("events");
        await using var damaged = await _folder.OpenAsync();
        if (whileInUse)
        {
            Damage("events");
            await Assert.ThrowsAsync<RegistryException>(() => damaged.History.ReadEventsAsync(new HistoryQuery { Limit = 1000 }, Cancelled));
        }

        await _folder.Log.Sees(line => line.Contains("was set aside", StringComparison.Ordinal), Cancelled);
        Assert.Equal("files", Assert.Single((await damaged.Servers.ReadAsync(Cancelled)).Servers).Config.Id);
        Assert.Empty(await damaged.History.ReadEventsAsync(new HistoryQuery(), Cancelled));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_definition_without_its_key_is_listed_and_can_be_removed()
    {
        await KeepOneServerAsync();
        File.Delete(_folder.Options.KeyFile);

        await using var store = await _folder.OpenAsync();

        var content = await store.Servers.ReadAsync(Cancelled);
        Assert.Empty(content.Servers);
        var unreadable = Assert.Single(content.Unreadable);
        Assert.Equal(("files", "Stdio", "test"), (unreadable.Id, unreadable.Transport, unreadable.Source));
        Assert.Contains(_folder.Options.KeyFile, unreadable.Problem, StringComparison.Ordinal);
        Assert.True(await store.Servers.RemoveAsync("files", Cancelled));
        Assert.True(await store.Servers.AddAsync(Server("files"), Cancelled));
        Assert.Single((await store.Servers.ReadAsync(Cancelled)).Servers);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_definition_in_the_place_of_another_is_noticed()
    {
        await using (var store = await _folder.OpenAsync())
        {
            await store.Servers.AddAsync(Server("good"), Cancelled);
            await store.Servers.AddAsync(Server("evil"), Cancelled);
        }

        Execute("UPDATE servers SET definition = (SELECT definition FROM servers WHERE id = 'evil') WHERE id = 'good'");
        await using var reopened = await _folder.OpenAsync();

        var content = await reopened.Servers.ReadAsync(Cancelled);
        Assert.Equal("evil", Assert.Single(content.Servers).Config.Id);
        Assert.Equal("good", Assert.Single(content.Unreadable).Id);
    }

    private static RegisteredServer Server(string id) => new(Samples.Server(id), "test", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);

    private static byte[] Noise(int length)
    {
        var noise = new byte[length];
        new Random(7).NextBytes(noise);
        return noise;
    }

    private async Task<byte[]> OneServerAsync()
    {
        await KeepOneServerAsync();
        return await File.ReadAllBytesAsync(_folder.File, Cancelled);
    }

    private async Task KeepOneServerAsync()
    {
        await using var store = await _folder.OpenAsync();
        await store.Servers.AddAsync(Server("files"), Cancelled);
    }

    private void NowhereIs(string secret)
    {
        foreach (var name in _folder.Files)
        {
            using var stream = new FileStream(_folder.PathOf(name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            Assert.False(copy.ToArray().AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)) >= 0, name);
        }
    }

    private static void CreateAt(SqliteRegistryOptions options)
    {
        var file = new SqliteFile(options.Path, options.Steps);
        using var session = file.OpenWriter();
        file.Migrate(session);
    }

    /// <summary>Overwrites the first page of a table.</summary>
    private void Damage(string table)
    {
        var root = (long)Query($"SELECT rootpage FROM sqlite_master WHERE name = '{table}'")!;
        var size = (long)Query("PRAGMA page_size")!;
        using var file = new FileStream(_folder.File, FileMode.Open);
        file.Position = (root - 1) * size;
        file.Write(Noise((int)size));
    }

    private void Execute(string sql) => Query(sql);

    private object? Query(string sql, string? path = null)
    {
        SqliteLibrary.Use();
        using var connection = new SqliteConnection($"Data Source={path ?? _folder.File};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
