namespace Steward.Configuration.Keys;

/// <summary>Is led over the keys of one kind of object and shown the values of two such objects side by side.</summary>
internal interface IKeyVisitor
{
    void Visit<T>(ConfigKey<T> key, T value, T other);
}
