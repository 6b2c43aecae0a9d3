using System.Collections;
using Steward.Discovery;

namespace Steward.Tests.Discovery;

/// <summary>Servers that cannot be looked at, as a source with a bug may answer.</summary>
internal sealed class BrokenList : IReadOnlyList<DiscoveredServer>
{
    public int Count => 1;

    public DiscoveredServer this[int index] => throw new InvalidOperationException("a bug");

    public IEnumerator<DiscoveredServer> GetEnumerator() => throw new InvalidOperationException("a bug");

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
