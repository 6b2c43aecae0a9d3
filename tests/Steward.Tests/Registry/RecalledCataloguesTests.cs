using Steward.Catalog;
using Steward.Configuration;
using Steward.Registry;
using Steward.Registry.InMemory;
using Steward.Tests.Testing;
using Steward.Upstreams;
using Xunit;

namespace Steward.Tests.Registry;

/// <summary>What is recalled of servers that have not been started yet.</summary>
public sealed class RecalledCataloguesTests
{
    private const string Offered = """
        {"server":{"revision":"2025-11-25","said":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"kept","version":"3"}}},
        "tools":[{"name":"read","x": 1.0},{"name":"write"}],"prompts":[{"name":"ask"}],"resources":[],"resourceTemplates":[]}
        """;

    private static readonly ServerConfig Definition = new() { Id = "a", Command = "a", Start = ServerStart.Lazy };

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 10_000)]
    public async Task What_a_server_offered_and_said_of_itself_is_known_byte_by_byte_and_goes_through_its_filter()
    {
        var recalled = await ReadAsync(Offered);

        var (catalog, said) = recalled.Find(Definition)!;

        Assert.Equal(["""{"name":"read","x": 1.0}"""u8.ToArray(), """{"name":"write"}"""u8.ToArray()], catalog[CatalogKind.Tools].Select(static tool => tool.Raw));
        Assert.Equal("ask", Assert.Single(catalog[CatalogKind.Prompts]).Key);
        Assert.Equal(("kept 3", true), (said!.ServerName, said.HasTools));
    }

    [Fact(Timeout = 10_000)]
    public async Task Nothing_is_known_of_another_definition_or_where_nothing_can_be_read()
    {
        var recalled = await ReadAsync(Offered);
        Assert.Null(recalled.Find(Definition with { Args = ["other"] }));
        Assert.Null(recalled.Find(Definition with { Id = "b" }));
        Assert.Null((await ReadAsync("""{"tools":7}""")).Find(Definition));
        Assert.Null((await ReadAsync("no JSON")).Find(Definition));
        Assert.Null(await (await ReadAsync("no JSON")).FindAsync(Definition, Cancelled));
        Assert.Null(await (await ReadAsync("""{"server":{"revision":7},"tools":[]}""")).FindAsync(Definition, Cancelled));
    }

    [Fact(Timeout = 10_000)]
    public async Task A_server_that_calls_itself_by_another_version_is_missed_no_tool_that_it_had_before_steward_was_started()
    {
        var known = await (await ReadAsync(Offered)).FindAsync(Definition, Cancelled);
        Assert.Equal("kept 3", known!.ServerName);
        Assert.Equal(["read", "write"], known.Names);

        var same = new ToolRoster(known, "kept 3", new FakeTimeProvider());
        Assert.False(same.Review(["read"], Definition.Tools, isAnnounced: false));
        Assert.Equal("it offers 1 of the 2 tools that it had before: missing is write", same.Missing);
        var next = new ToolRoster(known, "kept 4", new FakeTimeProvider());
        Assert.True(next.Review(["read"], Definition.Tools, isAnnounced: false));
        Assert.Null(next.Missing);
    }

    [Fact(Timeout = 10_000)]
    public async Task What_an_earlier_version_kept_has_no_word_of_the_server_itself()
    {
        var recalled = await ReadAsync("""{"tools":[{"name":"read"}],"prompts":[],"resources":[],"resourceTemplates":[]}""");

        Assert.Null(recalled.Find(Definition)!.Said);
        Assert.Equal(["read"], (await recalled.FindAsync(Definition, Cancelled))!.Names);
    }

    private static async Task<RecalledCatalogues> ReadAsync(string document)
    {
        var table = new MemoryRegistryStore(new FakeTimeProvider()).Memory;
        table.Keep(new ServerMemory(Definition.Id, table.DigestOf(Definition)!, Catalogue: System.Text.Encoding.UTF8.GetBytes(document)));
        var recalled = new RecalledCatalogues(table);
        await recalled.ReadAsync([Definition], Cancelled);
        return recalled;
    }
}
