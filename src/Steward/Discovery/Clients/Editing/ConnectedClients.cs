using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Steward.Discovery.Clients.Editing;

/// <summary>Remembers what was done to the files of clients: one note each in a folder of the data directory.</summary>
internal sealed class ConnectedClients(string folder)
{
    /// <summary>What was done to a file; null when nothing was, or the note cannot be read.</summary>
    public ConnectedClient? Find(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(NoteOf(path)), ConnectedClientJson.Default.ConnectedClient);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    public void Remember(ConnectedClient client)
    {
        Directory.CreateDirectory(folder);
        PrivateFile.Replace(NoteOf(client.Path), JsonSerializer.SerializeToUtf8Bytes(client, ConnectedClientJson.Default.ConnectedClient));
    }

    public void Forget(string path) => File.Delete(NoteOf(path));

    private string NoteOf(string path) =>
        Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)))[..16] + ".json");
}
