using System.CommandLine;
using System.Text;
using Steward.Cli.Import;
using Steward.Cli.Output;
using Steward.Configuration;
using Steward.Discovery;

namespace Steward.Cli.Verbs;

/// <summary><c>steward export [--out FILE]</c>: writes all servers as other programs read them.</summary>
internal sealed class ExportVerb : Verb
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Readable = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly Option<string?> _out = new("--out", "-o") { Description = "The file to write. Default: standard output", HelpName = "FILE" };

    public ExportVerb(CliContext context)
        : base(context, "export", "Write all servers as a configuration with mcpServers") => Options.Add(_out);

    public override IReadOnlyList<(string Line, string Effect)> Examples { get; } =
    [
        ("steward export", "all servers of the running daemon, or of the registry where none runs"),
        ("steward export --out servers.json", "into a file, which only its owner may read if secrets stand in it"),
    ];

    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var servers = await ServerBooks.ListAsync(Context, Context.FindData(arguments.GetValue(CommonOptions.Data)), cancellationToken);
        var text = ServerListJson.Write(servers);
        if (arguments.GetValue(_out) is not { } file)
        {
            Context.Out.WriteLine(Encoding.UTF8.GetString(text));
            return ExitCodes.Success;
        }

        var path = Path.GetFullPath(file, Context.WorkingDirectory);
        var secret = servers.Where(HoldsSecret).Select(server => server.Id).ToList();
        try
        {
            PrivateFile.Replace(path, text, secret.Count > 0 ? OwnerOnly : Readable);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Failure, $"{SafeText.Line(path)} cannot be written: {SafeText.Line(error.Message)}", error);
        }

        Context.Out.WriteLine($"{servers.Count} {(servers.Count == 1 ? "server is" : "servers are")} in {path}.");
        if (secret.Count > 0)
            Context.Error.WriteLine($"steward: warning: secrets stand in the file in clear, of {string.Join(", ", secret)}. Only you may read it.");
        return ExitCodes.Success;
    }

    private static bool HoldsSecret(ServerConfig server) => !ServerJson.ToUtf8(server).AsSpan().SequenceEqual(ServerJson.ToUtf8(SecretMask.Apply(server)));
}
