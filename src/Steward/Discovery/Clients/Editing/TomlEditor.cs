using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Steward.Configuration;
using Steward.Configuration.Parsing;

namespace Steward.Discovery.Clients.Editing;

/// <summary>Edits TOML texts in which servers are tables with headers, as Codex writes them.</summary>
internal sealed partial class TomlEditor(ClientDialect dialect, string path) : ConfigEditor(dialect, path)
{
    public override byte[] RemoveEmptySection(ReadOnlySpan<byte> text) => text.ToArray(); // a section is there only with its servers

    protected override Range? FindIn(ClientDocument document, string name)
    {
        if (ClientDocument.Find(document.Root, [.. Dialect.Section, name]) is not { } entry)
            return null;
        var blocks = BlocksOf(document, name);
        return blocks.Count > 0 ? blocks[0].Start..blocks[^1].End : entry.Offset..Math.Max(entry.Offset, entry.Value.End);
    }

    protected override IEnumerable<TextEdit> Edit(ClientDocument document, string name, ConfigNode entry)
    {
        var newLine = NewLineOf(document);
        var written = Render(entry, [.. Dialect.Section, name], newLine);
        if (ClientDocument.Find(document.Root, [.. Dialect.Section, name]) is null)
            return Append(document, written);
        var blocks = Tables(document, name);
        return [new(blocks[0].Start, blocks[0].End - blocks[0].Start, written), .. blocks.Skip(1).Select(block => new TextEdit(block.Start, block.End - block.Start, ""))];
    }

    protected override IEnumerable<TextEdit> Restore(ClientDocument document, string name, string written) => Append(document, written);

    protected override IEnumerable<TextEdit> Delete(ClientDocument document, string name)
    {
        if (ClientDocument.Find(document.Root, [.. Dialect.Section, name]) is null)
            return [];
        var text = document.Source.Utf8.ToArray();
        return [.. Tables(document, name).Select(block => block with { Start = WithBlankLineBefore(text, block.Start) }).Select(block => new TextEdit(block.Start, block.End - block.Start, ""))];
    }

    private static TextEdit[] Append(ClientDocument document, string written)
    {
        var text = document.Source.Utf8;
        var newLine = NewLineOf(document);
        var before = text.Length == 0 ? "" : text[^1] == (byte)'\n' ? newLine : newLine + newLine;
        return [new(text.Length, 0, before + written)];
    }

    /// <summary>The lines of a server: its table and those below it.</summary>
    /// <exception cref="ConfigException">It is written otherwise.</exception>
    private List<Block> Tables(ClientDocument document, string name)
    {
        if (BlocksOf(document, name) is { Count: > 0 } blocks)
            return blocks;
        var entry = ClientDocument.Find(document.Root, [.. Dialect.Section, name])!;
        throw Problem(document, entry.Offset, KeyPath.Member(string.Join('.', Dialect.Section), name),
            "is no table with a header of its own, and Steward changes only those", $"Write it as [{string.Join('.', Dialect.Section)}.{Key(name)}], or change it by hand.");
    }

    private List<Block> BlocksOf(ClientDocument document, string name)
    {
        string[] keys = [.. Dialect.Section, name];
        var text = document.Source.Utf8;
        var blocks = new List<Block>();
        for (var i = 0; i < document.Headers.Count; i++)
        {
            var header = document.Headers[i];
            if (!header.Path.Take(keys.Length).SequenceEqual(keys))
                continue;
            var next = i + 1 < document.Headers.Count ? LineStart(text, document.Headers[i + 1].Offset) : text.Length;
            blocks.Add(new(LineStart(text, header.Offset), EndOfContent(text, header.End, next)));
        }

        return blocks;
    }

    /// <summary>The end of the last line that is neither empty nor a comment: what follows is taken to belong to the next table.</summary>
    private static int EndOfContent(ReadOnlySpan<byte> text, int start, int end)
    {
        while (true)
        {
            var line = LineStart(text, end > start && text[end - 1] == (byte)'\n' ? end - 1 : end);
            if (line <= start || text[line..end].Trim(" \t\r\n"u8) is not ([] or [(byte)'#', ..]))
                return end;
            end = line;
        }
    }

    private static int LineStart(ReadOnlySpan<byte> text, int offset) => text[..offset].LastIndexOf((byte)'\n') + 1;

    private static int WithBlankLineBefore(ReadOnlySpan<byte> text, int start)
    {
        if (start == 0)
            return 0;
        var line = LineStart(text, start - 1);
        return text[line..start].Trim(" \t\r\n"u8).IsEmpty ? line : start;
    }

    private static string NewLineOf(ClientDocument document) => document.Source.Utf8.IndexOf("\r\n"u8) >= 0 ? "\r\n" : "\n";

    private static string Render(ConfigNode table, IReadOnlyList<string> keys, string newLine)
    {
        var text = new StringBuilder().Append($"[{string.Join('.', keys.Select(Key))}]").Append(newLine);
        foreach (var member in table.Properties.Where(member => member.Value.Kind != JsonValueKind.Object))
            text.Append($"{Key(member.Name)} = {Value(member.Value)}").Append(newLine);
        foreach (var member in table.Properties.Where(member => member.Value.Kind == JsonValueKind.Object))
            text.Append(newLine).Append(Render(member.Value, [.. keys, member.Name], newLine));
        return text.ToString();
    }

    private static string Value(ConfigNode value) => value.Kind switch
    {
        JsonValueKind.Array => $"[{string.Join(", ", value.Items.Select(Value))}]",
        JsonValueKind.String => JsonStyle.Quoted(value.Text),
        JsonValueKind.Number => value.Text,
        _ => value.Kind == JsonValueKind.True ? "true" : "false",
    };

    private static string Key(string name) => BareKey.IsMatch(name) ? name : JsonStyle.Quoted(name);

    [GeneratedRegex(@"\A[A-Za-z0-9_-]+\z")]
    private static partial Regex BareKey { get; }

    private readonly record struct Block(int Start, int End);
}
