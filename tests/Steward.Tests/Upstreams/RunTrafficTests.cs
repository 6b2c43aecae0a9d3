using Steward.Catalog;
using Steward.Upstreams;
using Xunit;

namespace Steward.Tests.Upstreams;

public sealed class RunTrafficTests
{
    [Fact(Timeout = 10_000)]
    public async Task However_often_a_server_speaks_of_one_list_the_change_of_another_is_not_lost()
    {
        var traffic = new RunTraffic(new RecordingHandler(), notifications: null);
        for (var time = 0; time < 100; time++)
            traffic.NoteChange(CatalogKind.Tools);
        traffic.NoteChange(CatalogKind.Prompts);

        Assert.True(await traffic.WaitForChangeAsync(TestContext.Current.CancellationToken));
        Assert.Equal([CatalogKind.Tools, CatalogKind.Prompts], traffic.TakeChanges());
        Assert.Empty(traffic.TakeChanges());

        traffic.NoteChange(CatalogKind.Resources);
        Assert.True(await traffic.WaitForChangeAsync(TestContext.Current.CancellationToken));
        Assert.Equal([CatalogKind.Resources], traffic.TakeChanges());
        traffic.Complete();
        Assert.False(await traffic.WaitForChangeAsync(TestContext.Current.CancellationToken));
    }
}
