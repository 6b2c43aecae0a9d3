using Microsoft.Data.Sqlite;

namespace Steward.Registry.Sqlite;

/// <summary>How values stand in rows.</summary>
internal static class SqliteRows
{
    public static object ToRow(this DateTimeOffset time) => time.ToUnixTimeMilliseconds();

    public static DateTimeOffset Time(this SqliteDataReader row, int column) => DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(column));

    public static DateTimeOffset? TimeOrNull(this SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.Time(column);

    public static string? TextOrNull(this SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static byte[] Bytes(this SqliteDataReader row, int column) => row.IsDBNull(column) ? [] : row.GetFieldValue<byte[]>(column);

    /// <summary>A name that this Steward knows, or the default: a newer one may have written others.</summary>
    public static T Name<T>(this SqliteDataReader row, int column)
        where T : struct, Enum => Enum.TryParse<T>(row.GetString(column), out var value) ? value : default;
}
