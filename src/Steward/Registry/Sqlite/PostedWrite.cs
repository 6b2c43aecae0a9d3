namespace Steward.Registry.Sqlite;

/// <summary>A write for which nobody waits.</summary>
internal sealed class PostedWrite(Action<SqliteSession> apply) : RegistryWrite
{
    public override bool IsAwaited => false;

    public override void Apply(SqliteSession session) => apply(session);
}
