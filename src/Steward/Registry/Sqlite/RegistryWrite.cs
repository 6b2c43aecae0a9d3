namespace Steward.Registry.Sqlite;

/// <summary>Something to be written. Several go into one transaction.</summary>
internal abstract class RegistryWrite
{
    /// <summary>Whether somebody waits for it, and relies on it from then on.</summary>
    public abstract bool IsAwaited { get; }

    /// <summary>Writes it. May be called again when the transaction that it was part of has failed.</summary>
    public abstract void Apply(SqliteSession session);

    /// <summary>It is on disk.</summary>
    public virtual void Committed()
    {
    }

    /// <summary>It will not be written.</summary>
    public virtual void Failed(RegistryException failure)
    {
    }
}
