using System.Text.Json;
using Steward.Configuration.Parsing;

namespace Steward.Discovery.Clients.Editing;

/// <summary>How Steward stands in the list of a client.</summary>
internal static class StewardLine
{
    /// <summary>As a program that the client launches.</summary>
    public static ConfigNode Program(ClientDialect dialect, string command, IReadOnlyList<string> args) =>
        Table([.. dialect.StdioMembers.Select(member => Member(member.Key, Text(member.Value))), Member("command", Text(command)), Member("args", new(JsonValueKind.Array, 0) { Items = [.. args.Select(Text)] })]);

    /// <summary>As an address.</summary>
    /// <param name="dialect">The client's dialect, which must take addresses.</param>
    /// <param name="url">The address.</param>
    /// <param name="tokenVariable">The variable of the client's environment that holds a token for the gateway; null where it needs none.</param>
    public static ConfigNode Address(ClientDialect dialect, string url, string? tokenVariable)
    {
        var members = dialect.HttpMembers!.Select(member => Member(member.Key, Text(member.Value))).Append(Member(dialect.UrlKey, Text(url)));
        if (tokenVariable is null)
            return Table([.. members]);
        var access = dialect.Format == ClientFormat.Toml
            ? Member("bearer_token_env_var", Text(tokenVariable))
            : Member("headers", Table([Member("Authorization", Text($"Bearer {Reference(dialect, tokenVariable)}"))]));
        return Table([.. members, access]);
    }

    /// <summary>Whether the client can take a token out of its environment, and need not have it in its file.</summary>
    public static bool TakesVariables(ClientDialect dialect) =>
        dialect.Format == ClientFormat.Toml || (dialect.References & (ReferenceSyntax.Environment | ReferenceSyntax.Braces)) != 0;

    private static string Reference(ClientDialect dialect, string variable) =>
        dialect.References.HasFlag(ReferenceSyntax.Environment) ? $"${{env:{variable}}}" : $"${{{variable}}}";

    private static ConfigNode Table(IReadOnlyList<ConfigProperty> members) => new(JsonValueKind.Object, 0) { Properties = members };

    private static ConfigProperty Member(string key, ConfigNode value) => new(key, 0, value);

    private static ConfigNode Text(string text) => new(JsonValueKind.String, 0) { Text = text };
}
