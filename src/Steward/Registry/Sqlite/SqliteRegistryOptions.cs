using Steward.Configuration;

namespace Steward.Registry.Sqlite;

/// <summary>Where a registry is kept, and how much of it.</summary>
internal sealed record SqliteRegistryOptions
{
    /// <summary>The database's file. Its folder is there.</summary>
    public required string Path { get; init; }

    /// <summary>The file with the key to the definitions.</summary>
    public required string KeyFile { get; init; }

    public HistoryConfig Retention { get; init; } = new();

    /// <summary>The versions of the file, for tests.</summary>
    public IReadOnlyList<SchemaStep> Steps { get; init; } = Schema.Steps;

    /// <summary>How many pages the file may have, for tests of a full disk.</summary>
    public Func<int>? MaxPages { get; init; }
}
