using System.Text.Json;

namespace Steward.Server.Daemon;

/// <summary>What others need to know of a running daemon. Written once it listens, removed when it stops.</summary>
/// <param name="Pid">Its process id.</param>
/// <param name="Url">Where it listens, such as <c>http://127.0.0.1:7420</c>.</param>
/// <param name="StartedAt">Since when.</param>
/// <param name="Version">Its version.</param>
public sealed record DaemonFacts(int Pid, string Url, DateTimeOffset StartedAt, string Version)
{
    /// <summary>The facts in a data directory; null when there are none, or none that can be read.</summary>
    public static DaemonFacts? Read(DataDirectory data)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(data.FactsFile), DaemonJson.Default.DaemonFacts);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    internal void Write(DataDirectory data) =>
        PrivateFile.Replace(data.FactsFile, JsonSerializer.SerializeToUtf8Bytes(this, DaemonJson.Default.DaemonFacts));

    internal static void Remove(DataDirectory data) => File.Delete(data.FactsFile);
}
