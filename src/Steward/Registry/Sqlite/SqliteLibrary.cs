using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace Steward.Registry.Sqlite;

/// <summary>
/// Chooses the SQLite that is used: the system's, which its packagers keep up to date, else the one that came with Steward. That one is
/// older, and new enough for all that is asked of it here.
/// </summary>
internal static class SqliteLibrary
{
    /// <summary>3.33, the first that checks one table of many: the whole of a large history would hold up every start.</summary>
    public const int OldestVersion = 3_033_000;

    private const string Bundled = "e_sqlite3";

    private static readonly Lazy<bool> Loaded = new(Load);

    private static string[] SystemNames =>
        OperatingSystem.IsLinux() ? ["libsqlite3.so.0"]
        : OperatingSystem.IsMacOS() ? ["/usr/lib/libsqlite3.dylib"]
        : [];

    /// <summary>Makes SQLite usable. Further calls do nothing.</summary>
    public static void Use() => _ = Loaded.Value;

    /// <summary>Opens the first of these libraries that is there and new enough, else the one that came with Steward.</summary>
    /// <param name="names">The libraries of the system.</param>
    /// <param name="oldest">The oldest of them that will do.</param>
    /// <returns>Its handle; 0 where there is none at all.</returns>
    public static nint Open(IEnumerable<string> names, int oldest)
    {
        foreach (var name in names)
        {
            if (!NativeLibrary.TryLoad(name, out var handle))
                continue;
            if (VersionOf(handle) >= oldest)
                return handle;
            NativeLibrary.Free(handle);
        }

        return NativeLibrary.TryLoad(Bundled, typeof(SqliteLibrary).Assembly, searchPath: null, out var bundled) ? bundled : 0;
    }

    /// <summary>The version of a library, such as 3045001; 0 where it is none of SQLite.</summary>
    public static int VersionOf(nint handle) => NativeLibrary.TryGetExport(handle, "sqlite3_libversion_number", out var version)
        ? Marshal.GetDelegateForFunctionPointer<Version>(version)()
        : 0;

    private static bool Load()
    {
        NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
        Batteries_V2.Init();
        return true;
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) => name == Bundled ? Open(SystemNames, OldestVersion) : 0;

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int Version();
}
