namespace Steward.Configuration;

/// <summary>
/// What it takes to reach a server, with every reference resolved. Holds secrets: made for one launch, kept no longer,
/// and a class rather than a record so that nothing prints its values.
/// </summary>
internal sealed class ResolvedServer
{
    private ResolvedServer(ServerConfig server, VariableResolver variables)
    {
        Id = server.Id;
        Transport = server.Transport;
        Command = server.Command is null ? null : Resolve(server.Command);
        Args = [.. server.Args.Select(Resolve)];
        Env = server.Env.ToDictionary(pair => pair.Key, pair => Resolve(pair.Value), StringComparer.Ordinal);
        Cwd = Path.GetFullPath(server.Cwd is null ? "." : Resolve(server.Cwd), Path.GetFullPath(server.BaseDirectory));
        Url = server.Url is null ? null : new Uri(Resolve(server.Url), UriKind.Absolute);
        Headers = server.Headers.ToDictionary(pair => pair.Key, pair => Resolve(pair.Value), StringComparer.OrdinalIgnoreCase);

        string Resolve(string text) => variables.Resolve(text, server.BaseDirectory);
    }

    public string Id { get; }

    public ServerTransport Transport { get; }

    /// <summary>The program: a path or a name to look up. Null for a remote server.</summary>
    public string? Command { get; }

    public IReadOnlyList<string> Args { get; }

    /// <summary>Added to the inherited environment.</summary>
    public IReadOnlyDictionary<string, string> Env { get; }

    /// <summary>The working directory, absolute.</summary>
    public string Cwd { get; }

    /// <summary>The endpoint of a remote server, else null.</summary>
    public Uri? Url { get; }

    public IReadOnlyDictionary<string, string> Headers { get; }

    /// <summary>Resolves what the server's declaration refers to, now.</summary>
    /// <exception cref="VariableException">A reference cannot be resolved; it has changed since the file was read.</exception>
    public static ResolvedServer From(ServerConfig server, VariableResolver variables) => new(server, variables);

    public override string ToString() => $"{nameof(ResolvedServer)} {Id} ({Transport})";
}
