using Steward.Registry.Sqlite;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Registry;

/// <summary>A folder with the file of a registry, and stores over it, one after the other.</summary>
internal sealed class StoreFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("steward-registry-");

    public StoreFolder() => Options = new SqliteRegistryOptions { Path = Path.Combine(_folder.FullName, "steward.db"), KeyFile = Path.Combine(_folder.FullName, "steward.key") };

    public SqliteRegistryOptions Options { get; }

    public string File => Options.Path;

    public FakeLoggerFactory Log { get; } = new();

    /// <summary>Everything in the folder, by name.</summary>
    public IEnumerable<string> Files => _folder.EnumerateFiles().Select(file => file.Name).Order(StringComparer.Ordinal);

    public SqliteRegistryStore Create(TimeProvider? time = null, SqliteRegistryOptions? options = null) => new(options ?? Options, time ?? TimeProvider.System, Log);

    public async Task<SqliteRegistryStore> OpenAsync(TimeProvider? time = null, SqliteRegistryOptions? options = null)
    {
        var store = Create(time, options);
        await store.OpenAsync(TestContext.Current.CancellationToken);
        return store;
    }

    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    public void Dispose() => _folder.Delete(recursive: true);
}
