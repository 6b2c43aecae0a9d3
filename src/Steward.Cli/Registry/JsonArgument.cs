using System.Text.Json;

namespace Steward.Cli.Registry;

/// <summary>A JSON object on the command line: written there, in a file after @, or on standard input for -.</summary>
internal static class JsonArgument
{
    /// <exception cref="CliException">It cannot be read, or is no JSON object.</exception>
    public static async Task<string> ReadAsync(string given, string what, CliContext context, CancellationToken cancellationToken)
    {
        var text = given switch
        {
            "-" => await context.In.ReadToEndAsync(cancellationToken),
            ['@', .. var path] => await ReadFileAsync(path, what, context, cancellationToken),
            _ => given,
        };
        try
        {
            using var parsed = JsonDocument.Parse(text);
            return parsed.RootElement.ValueKind == JsonValueKind.Object
                ? text
                : throw new CliException(ExitCodes.Usage, $"{Capital(what)} must be a JSON object such as '{{\"name\": \"value\"}}'.");
        }
        catch (JsonException malformed)
        {
            throw new CliException(ExitCodes.Usage,
                $"{Capital(what)} is no JSON (line {malformed.LineNumber + 1}, byte {malformed.BytePositionInLine + 1}). In a shell, put it in single quotes: '{{\"name\": \"value\"}}'.", malformed);
        }
    }

    private static async Task<string> ReadFileAsync(string path, string what, CliContext context, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllTextAsync(Path.Combine(context.WorkingDirectory, path), cancellationToken);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Usage, $"The file '{path}' with {what} cannot be read: {error.Message}", error);
        }
    }

    private static string Capital(string what) => char.ToUpperInvariant(what[0]) + what[1..];
}
