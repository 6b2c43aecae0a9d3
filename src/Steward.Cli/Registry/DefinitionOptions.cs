using System.CommandLine;
using System.Text.Json.Nodes;

namespace Steward.Cli.Registry;

/// <summary>What a command line says of a server's definition; for adding a server whole, and for changing parts of one.</summary>
internal sealed class DefinitionOptions
{
    private readonly Argument<string[]> _command = new("COMMAND") { Description = "The program and its arguments, after --", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string?> _url = new("--url") { Description = "The endpoint of a remote server", HelpName = "URL" };
    private readonly Option<string?> _transport = new("--transport") { Description = "stdio, http, sse, websocket or auto. Default: stdio for a command, auto for a URL", HelpName = "NAME" };
    private readonly Option<string[]> _env = new("--env", "-e") { Description = "A variable for the program; ${env:NAME} and ${file:PATH} are read when it starts", HelpName = "NAME=VALUE" };
    private readonly Option<string[]> _header = new("--header", "-H") { Description = "A header for every request to a remote server", HelpName = "NAME: VALUE" };
    private readonly Option<string?> _cwd = new("--cwd") { Description = "The program's working directory", HelpName = "DIR" };
    private readonly Option<string?> _name = new("--name") { Description = "What people call the server", HelpName = "TEXT" };
    private readonly Option<string[]> _tag = new("--tag") { Description = "A word by which the server is found; replaces the tags that it has", HelpName = "WORD" };
    private readonly Option<string?> _definition = new("--definition")
    {
        Description = "Keys of the definition as a JSON object, as a configuration file has them: the object, @FILE, or - for standard input",
        HelpName = "JSON",
    };

    public void AddTo(Command verb)
    {
        verb.Arguments.Add(_command);
        foreach (var option in (Option[])[_url, _transport, _env, _header, _cwd, _name, _tag, _definition])
            verb.Options.Add(option);
    }

    /// <summary>The keys that the command line names, with their values.</summary>
    /// <exception cref="CliException">Something on it makes no sense.</exception>
    public async Task<JsonObject> ReadAsync(ParseResult arguments, CliContext context, CancellationToken cancellationToken)
    {
        var keys = arguments.GetValue(_definition) is { } given ? await ReadDefinitionAsync(given, context, cancellationToken) : [];
        if (arguments.GetValue(_command) is [var program, .. var rest])
        {
            keys["command"] = program;
            keys["args"] = Strings(rest);
        }

        Set(keys, "url", arguments.GetValue(_url));
        Set(keys, "type", arguments.GetValue(_transport)?.ToLowerInvariant());
        Set(keys, "cwd", arguments.GetValue(_cwd));
        Set(keys, "name", arguments.GetValue(_name));
        if (arguments.GetValue(_tag) is { Length: > 0 } tags)
            keys["tags"] = Strings(tags);
        SetPairs(keys, "env", arguments.GetValue(_env), '=', "--env NAME=VALUE");
        SetPairs(keys, "headers", arguments.GetValue(_header), ':', "--header 'NAME: VALUE'");
        return keys;
    }

    private static JsonArray Strings(IEnumerable<string> texts) => [.. texts.Select(text => JsonValue.Create(text))];

    private static void Set(JsonObject keys, string key, string? value)
    {
        if (value is not null)
            keys[key] = value;
    }

    private static void SetPairs(JsonObject keys, string key, string[]? pairs, char separator, string shape)
    {
        if (pairs is not { Length: > 0 })
            return;
        var values = keys[key] as JsonObject ?? [];
        foreach (var pair in pairs)
        {
            var at = pair.IndexOf(separator, StringComparison.Ordinal);
            if (at <= 0) // the text may be a secret that was put there by mistake: it is not repeated
                throw new CliException(ExitCodes.Usage, $"A value of {shape.Split(' ')[0]} has no name before '{separator}'. Write {shape}.");
            values[pair[..at].Trim()] = separator == ':' ? pair[(at + 1)..].Trim() : pair[(at + 1)..];
        }

        if (values.Parent is null)
            keys[key] = values;
    }

    private static async Task<JsonObject> ReadDefinitionAsync(string given, CliContext context, CancellationToken cancellationToken)
    {
        var text = await JsonArgument.ReadAsync(given, "the definition", context, cancellationToken);
        return JsonNode.Parse(text) as JsonObject ?? throw new CliException(ExitCodes.Usage, "The definition must be a JSON object such as '{\"command\": \"npx\"}'.");
    }
}
