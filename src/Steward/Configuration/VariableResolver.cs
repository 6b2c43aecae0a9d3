using System.Text;
using Steward.Configuration.Parsing;

namespace Steward.Configuration;

/// <summary>
/// Replaces the references in a string of the configuration: <c>${env:NAME}</c>, <c>${env:NAME:-default}</c> (the
/// default counts when the variable is unset or empty) and <c>${file:PATH}</c> (the file's text without line breaks at
/// its end; a relative path is taken from the configuration's folder). <c>$${</c> stands for a plain <c>${</c>. Every
/// other text stays as it is, and what a reference yields is not searched again.
/// </summary>
internal sealed class VariableResolver
{
    private const string EnvStart = "${env:";
    private const string FileStart = "${file:";
    private const int MaxDepth = 16;
    private const int MaxFileBytes = 1024 * 1024;

    private readonly Func<string, string?> _environment;

    /// <summary>Resolves from the environment of this process.</summary>
    public VariableResolver()
        : this(Environment.GetEnvironmentVariable)
    {
    }

    /// <summary>Resolves from a given environment.</summary>
    /// <param name="environment">Gives the value of a variable, or null when it is not set.</param>
    public VariableResolver(Func<string, string?> environment) => _environment = environment;

    /// <summary>The same, where some variables have values of their own.</summary>
    public VariableResolver With(IReadOnlyDictionary<string, string> given) =>
        new(name => given.TryGetValue(name, out var value) ? value : _environment(name));

    /// <summary>The text with every reference replaced.</summary>
    /// <exception cref="VariableException">A reference cannot be resolved.</exception>
    public string Resolve(string text, string baseDirectory) => Resolve(text, baseDirectory, 0);

    private string Resolve(string text, string baseDirectory, int depth)
    {
        if (!text.Contains("${", StringComparison.Ordinal))
            return text;

        var resolved = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length;)
        {
            var rest = text.AsSpan(at);
            if (rest.StartsWith("$${"))
            {
                resolved.Append("${");
                at += 3;
            }
            else if (rest.StartsWith(EnvStart) || rest.StartsWith(FileStart))
            {
                var reference = ReferenceAt(text, at, depth);
                resolved.Append(rest.StartsWith(EnvStart)
                    ? ReadVariable(reference, baseDirectory, depth)
                    : ReadFile(reference, baseDirectory, depth));
                at += reference.Length;
            }
            else
            {
                resolved.Append(text[at++]);
            }
        }

        return resolved.ToString();
    }

    /// <summary>From the dollar sign to the brace that closes it, with whatever is nested between.</summary>
    private static string ReferenceAt(string text, int start, int depth)
    {
        var open = 0;
        for (var i = start; i < text.Length; i++)
        {
            if (text[i] == '{' && text[i - 1] == '$')
                open++;
            else if (text[i] == '}' && --open == 0)
                return depth < MaxDepth ? text[start..(i + 1)] : throw new VariableException("${…}", "references are nested too deep", $"Nest at most {MaxDepth}.");
        }

        var kind = text.AsSpan(start).StartsWith(EnvStart) ? EnvStart : FileStart;
        throw new VariableException(kind, $"a reference that begins with {kind} is not closed", "Write } at its end, or $${ for a plain ${.");
    }

    private string ReadVariable(string reference, string baseDirectory, int depth)
    {
        var inner = reference[EnvStart.Length..^1];
        var split = inner.IndexOf(":-", StringComparison.Ordinal);
        var name = split < 0 ? inner : inner[..split];
        if (name.Length == 0 || name.AsSpan().ContainsAny("=${}\0"))
            throw new VariableException(EnvStart + "}", "a reference ${env:…} does not name a variable", "Write ${env:NAME} or ${env:NAME:-default}.");

        var value = _environment(name);
        if (split >= 0 && string.IsNullOrEmpty(value))
            return Resolve(inner[(split + 2)..], baseDirectory, depth + 1);

        var shown = $"${{env:{Quote.Name(name)}}}";
        return value ?? throw new VariableException(shown,
            $"the environment variable of {shown} is not set", $"Set it, or write ${{env:{Quote.Name(name)}:-default}}.");
    }

    private string ReadFile(string reference, string baseDirectory, int depth)
    {
        var path = Resolve(reference[FileStart.Length..^1], baseDirectory, depth + 1);
        var shown = Quote.Name(reference); // as written: a nested variable may be secret
        if (path.Length == 0 || path.Contains('\0'))
            throw new VariableException(shown, "a reference ${file:…} does not name a file", "Write ${file:PATH}.");

        var full = Path.GetFullPath(path, baseDirectory);
        try
        {
            return BoundedFile.ReadText(full, MaxFileBytes).TrimEnd('\r', '\n');
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            var why = error switch
            {
                FileNotFoundException or DirectoryNotFoundException => "does not exist",
                UnauthorizedAccessException => "may not be read",
                _ => $"cannot be read, or is larger than {MaxFileBytes / 1024 / 1024} MiB",
            };
            var place = reference.IndexOf("${", 2, StringComparison.Ordinal) < 0 ? $" (looked at {Quote.Name(full)})" : "";
            throw new VariableException(shown, $"the file of {shown} {why}{place}", "Create it, or mend the path; a relative one is taken from the configuration's folder.");
        }
    }
}
