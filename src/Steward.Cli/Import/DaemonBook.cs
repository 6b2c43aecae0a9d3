using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Steward.Cli.Client;
using Steward.Configuration;

namespace Steward.Cli.Import;

/// <summary>The servers of the running daemon.</summary>
internal sealed class DaemonBook(DaemonClient daemon) : IServerBook
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What users call it.</summary>
    public const string Title = "the running daemon";

    public string Name => Title;

    public string NextStep => " It starts them now: 'steward status' shows how they are.";

    public async Task<IReadOnlyList<ServerConfig>> ListAsync(CancellationToken cancellationToken) =>
        ServerListReader.Read(await daemon.ReadExportAsync(cancellationToken));

    public Task AddAsync(ServerConfig server, string source, CancellationToken cancellationToken)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Plain))
        {
            json.WriteStartObject();
            json.WriteString("id", server.Id);
            json.WritePropertyName("definition");
            ServerJson.Write(json, server);
            json.WriteString("source", source);
            json.WriteString("folder", server.BaseDirectory);
            json.WriteEndObject();
        }

        return daemon.AddServerAsync(Encoding.UTF8.GetString(stream.ToArray()), cancellationToken);
    }

    public ValueTask DisposeAsync()
    {
        daemon.Dispose();
        return ValueTask.CompletedTask;
    }
}
