using Steward.Cli.Output;
using Steward.Configuration;
using Steward.Discovery;
using Steward.Discovery.Clients;
using Steward.Discovery.Clients.Editing;

namespace Steward.Cli.Import;

/// <summary>The servers of a configuration file, edited in its text: comments and everything that Steward does not know stay.</summary>
internal sealed class FileBook(string path, DiscoveryContext context) : IServerBook
{
    private static readonly ClientApplication Owner = new("file", "the file", []);

    public string Name => path;

    public string NextStep => "";

    public Task<IReadOnlyList<ServerConfig>> ListAsync(CancellationToken cancellationToken)
    {
        var file = new ClientFile(ClientScope.Project, ClientDialects.Steward, _ => path);
        var reading = ClientConfigReader.Parse(Read(), path, Owner, file, context with { WorkingDirectory = Path.GetDirectoryName(path)! });
        return reading.Problems.Count == 0
            ? Task.FromResult<IReadOnlyList<ServerConfig>>([.. reading.Servers.Select(server => server.Config)])
            : throw new CliException(ExitCodes.Usage, ProblemText.Of(new ConfigException(reading.Problems)));
    }

    public Task AddAsync(ServerConfig server, string source, CancellationToken cancellationToken)
    {
        try
        {
            var entry = ClientDocument.Parse(ServerJson.ToUtf8(server), server.Id, ClientFormat.Json).Root!;
            ClientFileStore.Write(path, ConfigEditor.For(ClientDialects.Steward, path).Put(Read(), server.Id, entry));
            return Task.CompletedTask;
        }
        catch (ConfigException broken)
        {
            throw new CliException(ExitCodes.Usage, ProblemText.Of(broken), broken);
        }
        catch (ClientFileException refused)
        {
            throw new CliException(ExitCodes.Failure, refused.Message, refused);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private byte[] Read()
    {
        try
        {
            return ClientFileStore.Read(path) ?? [];
        }
        catch (ClientFileException refused)
        {
            throw new CliException(ExitCodes.Failure, refused.Message, refused);
        }
    }
}
