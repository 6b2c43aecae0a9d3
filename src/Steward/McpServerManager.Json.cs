using System.Text;
using Steward.Configuration;

namespace Steward;

/// <content>The servers as text.</content>
public sealed partial class McpServerManager
{
    /// <summary>
    /// All servers as a configuration file with <c>mcpServers</c>. Keys that Steward does not know are in it; references such as
    /// <c>${env:TOKEN}</c> stay references; what <see cref="McpServerManagerOptions"/> say in place of defaults is not in it; what stands in a definition in clear stands here in clear.
    /// </summary>
    public string ToJson() => Encoding.UTF8.GetString(ServerListJson.Write(Configs));

    /// <summary>
    /// Writes all servers to a file, as <see cref="ToJson"/> has them: whole or not at all, readable by its owner alone, and on the disk
    /// when the task completes. Two who write at the same time do not mix.
    /// </summary>
    /// <param name="path">The file, which is replaced where there is one.</param>
    /// <param name="cancellationToken">Given up before anything is written, nothing changes.</param>
    /// <exception cref="IOException">The file cannot be written; the one that was there is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written; the one that was there is as it was.</exception>
    public Task SaveJsonFileAsync(string path, CancellationToken cancellationToken = default)
    {
        var text = ServerListJson.Write(Configs);
        return Task.Run(() => PrivateFile.Replace(Path.GetFullPath(path), text), cancellationToken);
    }
}
