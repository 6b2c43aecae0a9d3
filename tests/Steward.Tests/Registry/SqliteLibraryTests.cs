using System.Runtime.InteropServices;
using Steward.Registry.Sqlite;
using Xunit;

namespace Steward.Tests.Registry;

/// <summary>Which SQLite is used.</summary>
public sealed class SqliteLibraryTests
{
    private const string System = "libsqlite3.so.0";

    private static nint Bundled => SqliteLibrary.Open([], 0);

    [Fact(Timeout = 10_000)]
    public void A_system_without_one_or_with_one_that_is_too_old_gets_the_one_that_came_along()
    {
        Assert.NotEqual(0, Bundled);
        Assert.Equal(Bundled, SqliteLibrary.Open(["libthere-is-none.so"], SqliteLibrary.OldestVersion));
        Assert.Equal(Bundled, SqliteLibrary.Open([System], int.MaxValue));
        Assert.Equal(Bundled, SqliteLibrary.Open(["libc.so.6"], SqliteLibrary.OldestVersion)); // some other library
    }

    [Fact(Timeout = 10_000)]
    public void The_systems_own_is_taken_where_it_will_do()
    {
        Assert.SkipUnless(NativeLibrary.TryLoad(System, out var own), "This system has no SQLite.");

        Assert.Equal(own, SqliteLibrary.Open([System], SqliteLibrary.OldestVersion));
        Assert.True(SqliteLibrary.VersionOf(own) >= SqliteLibrary.OldestVersion);
    }

    [Fact(Timeout = 10_000)]
    public void The_one_that_came_along_can_all_that_is_asked_of_it()
    {
        Assert.True(SqliteLibrary.VersionOf(Bundled) >= SqliteLibrary.OldestVersion);
        var open = Marshal.GetDelegateForFunctionPointer<Open>(NativeLibrary.GetExport(Bundled, "sqlite3_open"));
        var execute = Marshal.GetDelegateForFunctionPointer<Execute>(NativeLibrary.GetExport(Bundled, "sqlite3_exec"));
        Assert.Equal(0, open(":memory:", out var database));

        foreach (var step in Schema.Steps)
            Assert.Equal(0, execute(database, step.Sql, 0, 0, 0));
        Assert.Equal(0, execute(database, "INSERT INTO overrides (id, enabled) VALUES ('a', TRUE) ON CONFLICT (id) DO UPDATE SET enabled = TRUE", 0, 0, 0));
        Assert.Equal(0, execute(database, "PRAGMA quick_check(servers)", 0, 0, 0));
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, out nint database);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int Execute(nint database, [MarshalAs(UnmanagedType.LPUTF8Str)] string sql, nint callback, nint argument, nint error);
}
