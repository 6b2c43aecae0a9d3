namespace Steward.Registry;

/// <summary>The registry's file was written by a newer Steward. It is left as it is.</summary>
internal sealed class NewerRegistryException(string path, long version, long known) : RegistryException(
    $"The registry {path} was written by a newer Steward (version {version}; this one knows {known}). Nothing in it was touched: start the newer one, or name another data directory with --data.");
