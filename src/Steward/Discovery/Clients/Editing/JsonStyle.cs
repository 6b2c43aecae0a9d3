using System.Globalization;
using System.Text;
using System.Text.Json;
using Steward.Configuration.Parsing;

namespace Steward.Discovery.Clients.Editing;

/// <summary>How a JSON text is laid out, so that what is added looks like the rest.</summary>
internal sealed class JsonStyle
{
    private readonly byte[] _text;

    public JsonStyle(ReadOnlySpan<byte> text, ConfigNode? root)
    {
        _text = text.ToArray();
        NewLine = text.IndexOf((byte)'\n') is > 0 and var end && text[end - 1] == (byte)'\r' ? "\r\n" : "\n";
        IsOneLine = root is not null && text.IndexOf((byte)'\n') < 0;
        Unit = root?.Properties.Select(property => BlanksBefore(property.Offset)).FirstOrDefault(blanks => !string.IsNullOrEmpty(blanks)) ?? "  ";
    }

    public string NewLine { get; }

    /// <summary>By what each level is indented more than the one above.</summary>
    public string Unit { get; }

    /// <summary>Whether the whole text stands on one line.</summary>
    public bool IsOneLine { get; }

    /// <summary>The blanks at the beginning of the line in which a byte stands.</summary>
    public string IndentAt(int offset)
    {
        var start = _text.AsSpan(0, offset).LastIndexOf((byte)'\n') + 1;
        var end = start;
        while (end < offset && _text[end] is (byte)' ' or (byte)'\t')
            end++;
        return Encoding.UTF8.GetString(_text, start, end - start);
    }

    /// <summary>How the members of an object are indented; null where they stand on one line with its brace.</summary>
    public string? IndentOf(ConfigNode container)
    {
        if (container.Properties.Count == 0)
            return IsOneLine ? null : IndentAt(container.Offset) + Unit;
        var own = container.Properties.Select(property => BlanksBefore(property.Offset)).LastOrDefault(blanks => blanks is not null);
        return own ?? (_text.AsSpan(container.Offset, container.End - container.Offset).Contains((byte)'\n') ? IndentAt(container.Offset) + Unit : null);
    }

    /// <summary>A value, with a line for each member of an object; on one line where there is no indent.</summary>
    public string Render(ConfigNode value, string? indent) => value.Kind switch
    {
        JsonValueKind.Object when value.Properties.Count == 0 => "{}",
        JsonValueKind.Object when indent is null => $"{{ {string.Join(", ", value.Properties.Select(member => Render(member, null)))} }}",
        JsonValueKind.Object => $"{{{NewLine}{string.Join($",{NewLine}", value.Properties.Select(member => indent + Unit + Render(member, indent + Unit)))}{NewLine}{indent}}}",
        JsonValueKind.Array => $"[{string.Join(", ", value.Items.Select(item => Render(item, null)))}]",
        JsonValueKind.String => Quoted(value.Text),
        JsonValueKind.Number => value.Text,
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => "null",
    };

    /// <summary>A text in quotes, with escapes that mean the same in JSON and in a basic string of TOML.</summary>
    public static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var character in text)
        {
            if (character is '"' or '\\')
                quoted.Append('\\').Append(character);
            else if (char.IsControl(character))
                quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:X4}");
            else
                quoted.Append(character);
        }

        return quoted.Append('"').ToString();
    }

    private string Render(ConfigProperty member, string? indent) => $"{Quoted(member.Name)}: {Render(member.Value, indent)}";

    /// <summary>The blanks before a byte when nothing else stands before it on its line; else null.</summary>
    private string? BlanksBefore(int offset)
    {
        var indent = IndentAt(offset);
        var start = _text.AsSpan(0, offset).LastIndexOf((byte)'\n') + 1;
        return start > 0 && start + indent.Length == offset ? indent : null;
    }
}
