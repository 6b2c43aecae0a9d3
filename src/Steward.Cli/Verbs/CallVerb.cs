using System.CommandLine;
using System.Text.Json;
using Steward.Cli.Client;
using Steward.Cli.Output;

namespace Steward.Cli.Verbs;

/// <summary><c>steward call SERVER TOOL [JSON]</c></summary>
internal sealed class CallVerb : DaemonVerb
{
    private readonly Argument<string> _server = new("SERVER") { Description = "The server" };
    private readonly Argument<string> _tool = new("TOOL") { Description = "The tool, by the server's own name for it" };
    private readonly Argument<string?> _arguments = new("JSON")
    {
        Description = "The arguments: a JSON object, @FILE to read it from a file, or - to read it from standard input. Default: {}",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public CallVerb(CliContext context)
        : base(context, "call", "Call a tool and print its answer")
    {
        Arguments.Add(NoOption(_server));
        Arguments.Add(NoOption(_tool));
        Arguments.Add(NoOption(_arguments));
    }

    public override IReadOnlyList<(string Line, string Effect)> Examples { get; } =
    [
        ("steward call everything echo '{\"message\": \"hello\"}'", "arguments as JSON"),
        ("steward call memory create_entities @entities.json", "arguments from a file"),
        ("jq -n '{a: 1, b: 2}' | steward call everything get-sum -", "arguments from standard input"),
        ("steward call memory read_graph --json | jq .structuredContent", "the result as the server sent it"),
    ];

    protected override async Task<int> RunAsync(DaemonClient daemon, ParseResult arguments, CancellationToken cancellationToken)
    {
        var body = await ReadArgumentsAsync(arguments.GetValue(_arguments), cancellationToken);
        var result = await daemon.CallAsync(arguments.GetValue(_server)!, arguments.GetValue(_tool)!, body, cancellationToken);
        using var parsed = JsonDocument.Parse(result);
        var failed = parsed.RootElement.TryGetProperty("isError", out var error) && error.ValueKind == JsonValueKind.True;

        if (arguments.GetValue(Json))
            Context.Out.WriteLine(result);
        else
            ToolResultText.Write(failed ? Context.Error : Context.Out, parsed.RootElement);
        return failed ? ExitCodes.ToolError : ExitCodes.Success;
    }

    private async Task<string> ReadArgumentsAsync(string? given, CancellationToken cancellationToken)
    {
        var text = given switch
        {
            null => "{}",
            "-" => await Context.In.ReadToEndAsync(cancellationToken),
            ['@', .. var path] => await ReadFileAsync(path, cancellationToken),
            _ => given,
        };
        try
        {
            using var parsed = JsonDocument.Parse(text);
            return parsed.RootElement.ValueKind == JsonValueKind.Object
                ? text
                : throw new CliException(ExitCodes.Usage, $"The arguments must be a JSON object such as '{{\"name\": \"value\"}}', but are {Word(parsed.RootElement.ValueKind)}.");
        }
        catch (JsonException malformed)
        {
            throw new CliException(ExitCodes.Usage,
                $"The arguments are no JSON (line {malformed.LineNumber + 1}, byte {malformed.BytePositionInLine + 1}). In a shell, put them in single quotes: '{{\"name\": \"value\"}}'.", malformed);
        }
    }

    private async Task<string> ReadFileAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllTextAsync(Path.Combine(Context.WorkingDirectory, path), cancellationToken);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Usage, $"The file '{path}' with the arguments cannot be read: {error.Message}", error);
        }
    }

    private static string Word(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "a boolean",
    };
}
