using System.Globalization;
using System.Text.Json;
using Steward.Configuration;
using Steward.Configuration.Keys;

namespace Steward.Processes;

/// <summary>What is run when a process of a server ends. References are still references: they are resolved when it is run, and what is kept of it on disk holds none of their secrets.</summary>
/// <param name="Words">The program and its arguments.</param>
/// <param name="Env">The server's variables.</param>
/// <param name="Cwd">The server's working directory.</param>
/// <param name="BaseDirectory">The folder from which relative paths count.</param>
/// <param name="Limit">How long it may take.</param>
internal sealed record StopCommand(
    IReadOnlyList<string> Words, IReadOnlyDictionary<string, string> Env, string? Cwd, string BaseDirectory, TimeSpan Limit)
{
    /// <summary>What a server's definition says; null where it says nothing.</summary>
    public static StopCommand? Of(ServerConfig server) => server.StopCommand.Count == 0
        ? null
        : new(server.StopCommand, server.Env, server.Cwd, Path.GetFullPath(server.BaseDirectory), server.Shutdown.Command);

    /// <summary>What to start for a run that ends.</summary>
    /// <param name="serverId">The server.</param>
    /// <param name="run">The run.</param>
    /// <param name="processId">The process that was started for it.</param>
    /// <param name="environment">Resolves references, beside those to the run.</param>
    /// <exception cref="VariableException">A reference cannot be resolved.</exception>
    public ProcessSpec Resolve(string serverId, string run, int processId, VariableResolver environment)
    {
        var variables = environment.With(RunMarker.Variables(serverId, run));
        var words = Words.Select((text, at) => Resolve(text, $"stopCommand[{at}]", at == 0 ? TextRules.NotEmpty : TextRules.Any)).ToList();
        var env = Env.ToDictionary(pair => pair.Key, pair => Resolve(pair.Value, $"env.{pair.Key}", TextRules.Any), StringComparer.Ordinal);
        env[RunMarker.ProcessVariable] = processId.ToString(CultureInfo.InvariantCulture);
        var cwd = Path.GetFullPath(Cwd is null ? "." : Resolve(Cwd, "cwd", TextRules.NotEmpty), BaseDirectory);
        return new ProcessSpec(serverId, words[0], words[1..], env, cwd, new ShutdownPolicy { Grace = TimeSpan.Zero })
        {
            Called = $"the stopCommand of server '{serverId}'",
            OnBehalfOf = run,
        };

        string Resolve(string text, string key, TextRule rule) => rule.Resolve(text, key, BaseDirectory, variables);
    }

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, StopCommandJson.Default.StopCommand);

    /// <exception cref="JsonException">It is none.</exception>
    public static StopCommand? Parse(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize(json, StopCommandJson.Default.StopCommand);
}
