using System.Text.Json;
using Steward.Configuration;
using Steward.Configuration.Parsing;
using Steward.Discovery;
using Steward.Registry;
using Steward.Supervision;

namespace Steward.Server.Api;

/// <summary>A server with its definition, in which what is secret is masked.</summary>
/// <param name="Id">The server's id.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Transport">How it is reached, as its definition says.</param>
/// <param name="Enabled">Whether it may run.</param>
/// <param name="Tags">Words by which it is found.</param>
/// <param name="Source">Where it came from: <c>file</c> where the configuration file declares it.</param>
/// <param name="Declared">Whether the configuration file declares it.</param>
/// <param name="Created">When it was added, unless it is declared.</param>
/// <param name="Updated">When it was last changed, unless it is declared.</param>
/// <param name="State">Where it stands in its life.</param>
/// <param name="LastError">The last thing that went wrong.</param>
internal sealed record DefinitionEntry(
    string Id, string? Name, ServerTransport Transport, bool Enabled, IReadOnlyList<string> Tags, string Source, bool Declared, DateTimeOffset? Created, DateTimeOffset? Updated,
    ServerState State, string? LastError)
{
    /// <summary>True where it is declared and hides a server that was registered under its id.</summary>
    public bool? HidesRegistered { get; init; }

    /// <summary>The folder from which relative paths count.</summary>
    public string? Folder { get; init; }

    /// <summary>The section that a configuration file would have.</summary>
    public JsonElement? Definition { get; init; }

    /// <summary>What of the definition has no effect, because Steward does not know the key.</summary>
    public IReadOnlyList<string>? Warnings { get; init; }

    public static DefinitionEntry Of(ServerEntry entry) => new(
        entry.Config.Id, entry.Config.Name, entry.Config.Transport, !entry.Config.Disabled, entry.Config.Tags, entry.Source, entry.IsDeclared, entry.Created, entry.Updated,
        entry.Status.State, entry.Status.LastError)
    {
        HidesRegistered = entry.HidesRegistered ? true : null,
    };

    /// <summary>The same with the definition.</summary>
    public static DefinitionEntry InFull(ServerEntry entry) => Of(entry) with
    {
        Folder = entry.Config.BaseDirectory,
        Definition = JsonElement.Parse(ServerJson.ToUtf8(SecretMask.Apply(entry.Config))),
        Warnings = entry.Config.Extra.Count == 0 ? null : [.. entry.Config.Extra.Keys.Select(key => $"Steward does not know the key {Quote.Text(key)}: it is kept and has no effect.")],
    };
}
