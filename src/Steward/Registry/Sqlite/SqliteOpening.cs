using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Steward.Registry.Sqlite;

/// <summary>
/// Opens the file for writing, whatever became of it: a new one is made, an old one brought up to date, and a damaged or foreign one
/// set aside, from which the definitions are saved that can still be read. Used by the writer alone.
/// </summary>
internal sealed class SqliteOpening(SqliteFile file, TimeProvider time, ILogger logger)
{
    private string? _damage;

    /// <summary>Called before a file is set aside.</summary>
    public Action SettingAside { get; init; } = () => { };

    /// <summary>Has the file set aside the next time it is opened.</summary>
    public void Distrust(string damage) => _damage = damage;

    /// <exception cref="NewerRegistryException">It was written by a newer Steward.</exception>
    public SqliteSession Open()
    {
        if (new FileInfo(file.Path) is { Exists: true, Length: 0 })
            logger.RegistryEmpty(file.Path);
        if (_damage is null && TryOpen() is { } session)
            return session;
        return OpenAnew(_damage!);
    }

    private SqliteSession? TryOpen()
    {
        SqliteSession? session = null;
        try
        {
            session = file.OpenWriter();
            file.Migrate(session);
            _damage = SqliteFile.FindDamage(session);
            if (_damage is null)
                return session;
        }
        catch (Exception failure) when (SqliteFailure.IsDamage(failure) || failure is InvalidDataException)
        {
            _damage = failure.Message;
        }
        catch
        {
            session?.Dispose();
            throw;
        }

        session?.Dispose();
        return null;
    }

    private SqliteSession OpenAnew(string damage)
    {
        SettingAside();
        var aside = file.SetAside(time.GetUtcNow());
        _damage = null;
        logger.RegistrySetAside(file.Path, damage, aside);
        var session = file.OpenWriter();
        try
        {
            file.Migrate(session);
            if (Save(aside, session) is > 0 and var saved)
                logger.DefinitionsSaved(saved, aside);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Takes over the definitions of a damaged file, as far as they can be read. Each is sealed: one that was changed is noticed when it is opened.</summary>
    private static int Save(string aside, SqliteSession session)
    {
        var saved = 0;
        try
        {
            using var damaged = SqliteFile.OpenAside(aside);
            session.InTransaction(() =>
            {
                try
                {
                    damaged.Read("SELECT id, name, transport, enabled, tags, source, created, updated, definition FROM servers ORDER BY position", row =>
                    {
                        var values = new object?[row.FieldCount];
                        row.GetValues(values!);
                        return saved += session.Execute("INSERT OR IGNORE INTO servers (id, name, transport, enabled, tags, source, created, updated, definition) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)", values);
                    });
                }
                catch (SqliteException failure) when (SqliteFailure.IsDamage(failure))
                {
                    // What came before stays.
                }
            });
        }
        catch (SqliteException)
        {
            // There is nothing to be had from it: it is no database, or another one.
        }

        return saved;
    }
}
