using System.Text;
using Steward.Configuration.Keys;

namespace Steward.Configuration;

/// <summary>
/// What it takes to reach a server, with every reference resolved. Holds secrets: made for one launch, kept no longer,
/// and a class rather than a record so that nothing prints its values.
/// </summary>
internal sealed class ResolvedServer
{
    private static readonly Dictionary<string, string> Nothing = [];

    private ResolvedServer(ServerConfig server, VariableResolver variables)
    {
        Id = server.Id;
        Transport = server.Transport;
        if (Transport == ServerTransport.Stdio)
        {
            Command = Resolve(Given(server.Command, "command"), "command", TextRules.NotEmpty);
            Args = [.. server.Args.Select((text, i) => Resolve(text, $"args[{i}]", TextRules.Any))];
            Env = server.Env.ToDictionary(pair => pair.Key, pair => Resolve(pair.Value, $"env.{pair.Key}", TextRules.Any), StringComparer.Ordinal);
            Cwd = Path.GetFullPath(server.Cwd is null ? "." : Resolve(server.Cwd, "cwd", TextRules.NotEmpty), Path.GetFullPath(server.BaseDirectory));
        }
        else
        {
            Url = new Uri(Resolve(Given(server.Url, "url"), "url", TextRules.RemoteUrl), UriKind.Absolute);
            var headers = server.Headers.ToDictionary(pair => pair.Key, pair => Resolve(pair.Value, $"headers.{pair.Key}", TextRules.HeaderValue), StringComparer.OrdinalIgnoreCase);
            if (server.Auth is { Type: ServerAuthType.Bearer } bearer)
                headers["Authorization"] = $"Bearer {Resolve(Given(bearer.Token, "auth.token"), "auth.token", TextRules.Token)}";
            else if (server.Auth is { Type: ServerAuthType.ApiKey } key)
                headers[key.Header] = Resolve(Given(key.Value, "auth.value"), "auth.value", TextRules.HeaderValue);
            if (server.Auth is null && Url.UserInfo.Length > 0)
                headers.TryAdd("Authorization", $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(Url.UserInfo)))}");
            Headers = headers;
            OAuth = server.Auth is { Type: ServerAuthType.OAuth } oauth ? ResolvedAuth.From(oauth, Resolve)
                : server.Auth is null && !headers.ContainsKey("Authorization") ? ResolvedAuth.Standard
                : null;
        }

        string Resolve(string text, string key, TextRule rule) => rule.Resolve(text, key, server.BaseDirectory, variables);

        string Given(string? text, string key) => text ?? throw new ArgumentException($"The server {server.Id} has no {key}.", nameof(server));
    }

    public string Id { get; }

    public ServerTransport Transport { get; }

    /// <summary>The program: a path or a name to look up. Null for a remote server.</summary>
    public string? Command { get; }

    public IReadOnlyList<string> Args { get; } = [];

    /// <summary>Added to the inherited environment.</summary>
    public IReadOnlyDictionary<string, string> Env { get; } = Nothing;

    /// <summary>The working directory, absolute; empty for a remote server.</summary>
    public string Cwd { get; } = "";

    /// <summary>The endpoint of a remote server, else null.</summary>
    public Uri? Url { get; }

    /// <summary>With what proves who Steward is, where that is fixed.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; } = Nothing;

    /// <summary>How to get tokens when the server asks for them; null where the operator has given another proof.</summary>
    public ResolvedAuth? OAuth { get; }

    /// <summary>Resolves what the server's declaration refers to, now.</summary>
    /// <exception cref="VariableException">A reference cannot be resolved, or gives what cannot be used: it has changed since the file was read.</exception>
    public static ResolvedServer From(ServerConfig server, VariableResolver variables) => new(server, variables);

    public override string ToString() => $"{nameof(ResolvedServer)} {Id} ({Transport})";
}
