using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace Steward.Registry.Sqlite;

/// <summary>
/// Chooses the SQLite that is used: the system's, which its packagers keep up to date, else the one that came with Steward, which is
/// older. Both know everything that is asked of them here.
/// </summary>
internal static class SqliteLibrary
{
    private static readonly Lazy<bool> Loaded = new(Load);

    private static string[] SystemNames =>
        OperatingSystem.IsLinux() ? ["libsqlite3.so.0"]
        : OperatingSystem.IsMacOS() ? ["/usr/lib/libsqlite3.dylib"]
        : [];

    /// <summary>Makes SQLite usable. Further calls do nothing.</summary>
    public static void Use() => _ = Loaded.Value;

    private static bool Load()
    {
        NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
        Batteries_V2.Init();
        return true;
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        foreach (var system in SystemNames)
        {
            if (NativeLibrary.TryLoad(system, out var handle))
                return handle;
        }

        return NativeLibrary.TryLoad(name, assembly, path, out var bundled) ? bundled : 0;
    }
}
