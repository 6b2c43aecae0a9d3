using Steward.Configuration;
using Steward.Registry;

namespace Steward.Tests.Registry;

public sealed class SqliteStoreTests : StoreContract
{
    private readonly StoreFolder _folder = new();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    private protected override IRegistryStore Create(HistoryConfig retention) => _folder.Create(Time, _folder.Options with { Retention = retention });
}
