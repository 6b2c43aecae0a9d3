using System.Text;
using FsCheck.Fluent;
using Steward.Configuration;
using Steward.Discovery;
using Steward.Registry;
using Steward.Registry.InMemory;
using Steward.Tests.Registry;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Discovery;

/// <summary>What sources found, on its way through the registry.</summary>
public sealed class KeptDiscoveriesTests : IDisposable
{
    private static readonly DateTimeOffset At = new(2026, 11, 21, 10, 30, 5, 7, TimeSpan.Zero);

    private readonly StoreFolder _folder = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 30_000)]
    public async Task Whoever_asks_after_a_put_sees_it_whenever_the_store_writes_it()
    {
        var kept = new KeptDiscoveries(new SlowTable());

        await kept.PutAsync(Entry("registry", FakeSource.Servers("one")), Cancelled);
        await kept.PutAsync(Entry("registry", FakeSource.Servers("two")), Cancelled);

        Assert.Equal("two", Assert.Single((await kept.GetAsync("registry", Cancelled))!.Result.Servers).Id);
        Assert.Null(await kept.GetAsync("npm", Cancelled));
    }

    [Fact(Timeout = 30_000)]
    public async Task Only_the_newest_are_held_in_memory()
    {
        var kept = new KeptDiscoveries(new SlowTable());
        for (var number = 0; number < 100; number++)
            await kept.PutAsync(Entry($"registry?{number}", DiscoveryResult.Empty) with { ExpiresAt = At.AddMinutes(number) }, Cancelled);

        Assert.Null(await kept.GetAsync("registry?0", Cancelled));
        Assert.NotNull(await kept.GetAsync("registry?99", Cancelled));
    }

    [Fact(Timeout = 60_000)]
    public async Task Any_result_comes_back_from_the_file_as_it_was()
    {
        await using var store = await _folder.OpenAsync();
        Properties.Holds(
            Prop.ForAll(MadeUpServers.Results(), result =>
            {
                // The table itself: in memory everything is as it was.
                store.Memory.Keep(new DiscoveryRow("registry", DiscoveryJson.Write(result), At, At.AddHours(1)));
                store.FlushAsync(Cancelled).GetAwaiter().GetResult();
                var found = new KeptDiscoveries(store.Memory).GetAsync("registry", Cancelled).AsTask().GetAwaiter().GetResult()!;
                return (found.DiscoveredAt, found.ExpiresAt) == (At, At.AddHours(1)) && Describe(found.Result) == Describe(result);
            }),
            times: 200);
    }

    [Fact(Timeout = 30_000)]
    public async Task The_next_run_of_the_program_finds_what_this_one_kept()
    {
        await using (var store = await _folder.OpenAsync())
            await new KeptDiscoveries(store.Memory).PutAsync(Entry("registry?git", FakeSource.Servers("git")), Cancelled);

        await using var next = await _folder.OpenAsync();
        var found = await new KeptDiscoveries(next.Memory).GetAsync("registry?git", Cancelled);

        Assert.Equal(At, found!.DiscoveredAt);
        Assert.Equal("/bin/git", Assert.Single(found.Result.Servers).Config.Command);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"complete":true,"servers":[{}]}""")]
    [InlineData("""{"complete":true,"servers":[{"id":"a","config":{"command":5}}]}""")]
    [InlineData("""{"complete":true,"problems":[],"servers":[{"id":"a","definition":{"folder":"/","server":{"command":"a"}}}]}""")]
    public async Task What_another_version_kept_and_this_one_cannot_read_counts_as_nothing(string document)
    {
        var table = new MemoryMemory();
        table.Keep(new DiscoveryRow("registry", Encoding.UTF8.GetBytes(document), At, At.AddHours(1)));

        Assert.Null(await new KeptDiscoveries(table).GetAsync("registry", Cancelled));
    }

    private static CachedDiscovery Entry(string key, DiscoveryResult result) => new(key, result, At, At.AddHours(1));

    /// <summary>Everything that a result says, as one text to compare.</summary>
    private static string Describe(DiscoveryResult result) => string.Join('\n', [
        $"{result.IsComplete}", .. result.Problems,
        .. result.Servers.SelectMany(server => (string[])[
            server.Id, server.Name, $"{server.Description}|{server.Version}|{server.IsDeprecated}", server.Source, server.Location, string.Join('|', server.AlsoAt),
            string.Join('|', server.Problems), server.Config.Id, server.Config.BaseDirectory, Encoding.UTF8.GetString(ServerJson.ToUtf8(server.Config)),
        ]),
    ]);

    /// <summary>A store whose writer never comes to it.</summary>
    private sealed class SlowTable : IMemoryTable
    {
        public string? DigestOf(ServerConfig definition) => null;

        public Task<IReadOnlyList<ServerMemory>> ReadMemoriesAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<ServerMemory>>([]);

        public Task<ServerMemory?> ReadMemoryAsync(string server, CancellationToken cancellationToken) => Task.FromResult<ServerMemory?>(null);

        public void Keep(ServerMemory memory)
        {
        }

        public void Forget(string server)
        {
        }

        public Task<DiscoveryRow?> FindDiscoveryAsync(string key, CancellationToken cancellationToken) => Task.FromResult<DiscoveryRow?>(null);

        public void Keep(DiscoveryRow discovery)
        {
        }
    }
}
