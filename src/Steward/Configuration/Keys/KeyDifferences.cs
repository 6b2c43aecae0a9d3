namespace Steward.Configuration.Keys;

/// <summary>Collects the paths of the keys in which two objects differ, such as <c>health.intervalMs</c>.</summary>
internal sealed class KeyDifferences(List<string> paths, string prefix = "") : IKeyVisitor
{
    public void Visit<T>(ConfigKey<T> key, T value, T other)
    {
        if (!key.Same(value, other))
            key.AddDifferences(paths, prefix, value, other);
    }
}
