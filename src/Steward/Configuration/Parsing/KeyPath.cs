using System.Text.RegularExpressions;

namespace Steward.Configuration.Parsing;

/// <summary>Writes key paths the way problems show them: <c>mcpServers.files.args[2]</c>.</summary>
internal static partial class KeyPath
{
    /// <summary>The path of the whole file.</summary>
    public const string Root = "(root)";

    public static string Member(string parent, string name)
    {
        if (!PlainName.IsMatch(name))
            return $"{(parent == Root ? "" : parent)}[{Quote.Text(name)}]";
        return parent == Root ? name : $"{parent}.{name}";
    }

    public static string Item(string parent, int index) => $"{parent}[{index}]";

    [GeneratedRegex(@"\A[A-Za-z0-9_$-]{1,128}\z")]
    private static partial Regex PlainName { get; }
}
