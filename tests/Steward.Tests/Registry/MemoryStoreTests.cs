using Steward.Configuration;
using Steward.Registry;
using Steward.Registry.InMemory;

namespace Steward.Tests.Registry;

public sealed class MemoryStoreTests : StoreContract
{
    private protected override IRegistryStore Create(HistoryConfig retention) => new MemoryRegistryStore(retention, Time);
}
