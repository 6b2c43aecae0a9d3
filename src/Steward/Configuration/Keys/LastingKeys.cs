namespace Steward.Configuration.Keys;

/// <summary>Passes on the keys of a server of which a change makes what is known of it untrue: those that need a restart, and the filter of what it offers.</summary>
internal sealed class LastingKeys(IKeyVisitor inner) : IKeyVisitor
{
    public void Visit<T>(ConfigKey<T> key, T value, T other)
    {
        if (!key.AppliesLive || key is ConfigKey<ToolFilter>)
            inner.Visit(key, value, other);
    }
}
