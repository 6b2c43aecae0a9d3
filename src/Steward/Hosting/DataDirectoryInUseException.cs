namespace Steward.Hosting;

/// <summary>Another manager uses the data directory: one at a time may, for each ends what the one before has left.</summary>
public sealed class DataDirectoryInUseException : IOException
{
    internal DataDirectoryInUseException(string directory, Exception cause)
        : base($"The data directory {directory} is used by another manager; give each its own ({nameof(McpServerManagerOptions)}.{nameof(McpServerManagerOptions.DataDirectory)}).", cause)
    {
    }
}
