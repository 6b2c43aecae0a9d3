namespace Steward.Registry.Sqlite;

/// <summary>What leads from one version of the file to the next.</summary>
/// <param name="Version">The version that it leads to.</param>
/// <param name="Sql">The statements.</param>
internal sealed record SchemaStep(int Version, string Sql);
