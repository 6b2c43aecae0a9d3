using System.Text.Json;
using Steward.Configuration;
using Steward.Configuration.Parsing;

namespace Steward.Discovery.Clients.Editing;

/// <summary>Edits JSON texts, with or without comments and trailing commas.</summary>
internal sealed class JsonEditor(ClientDialect dialect, string path) : ConfigEditor(dialect, path)
{
    public override byte[] RemoveEmptySection(ReadOnlySpan<byte> text)
    {
        var document = Read(text);
        var parent = Dialect.Section.Count > 1 ? ClientDocument.Find(document.Root, Dialect.Section.SkipLast(1))?.Value : document.Root;
        var section = ClientDocument.Find(parent, Dialect.Section[^1]);
        return parent is null || section is null || section.Value.Properties.Count > 0
            ? text.ToArray()
            : WithMark(text, TextEdit.Apply(document.Source.Utf8, DeleteMember(document, parent, section)));
    }

    protected override Range? FindIn(ClientDocument document, string name) =>
        ClientDocument.Find(document.Root, [.. Dialect.Section, name]) is { } entry ? entry.Value.Offset..entry.Value.End : null;

    protected override IEnumerable<TextEdit> Edit(ClientDocument document, string name, ConfigNode entry)
    {
        var style = new JsonStyle(document.Source.Utf8, document.Root);
        if (ClientDocument.Find(document.Root, [.. Dialect.Section, name]) is { } old)
            return [new(old.Value.Offset, old.Value.End - old.Value.Offset, style.Render(entry, style.IsOneLine ? null : style.IndentAt(old.Offset)))];
        return Add(document, style, name, entry, null);
    }

    protected override IEnumerable<TextEdit> Restore(ClientDocument document, string name, string written) =>
        Add(document, new JsonStyle(document.Source.Utf8, document.Root), name, new(JsonValueKind.Null, 0), written);

    protected override IEnumerable<TextEdit> Delete(ClientDocument document, string name)
    {
        var section = ClientDocument.Find(document.Root, Dialect.Section)?.Value;
        return section is not null && ClientDocument.Find(section, name) is { } entry ? DeleteMember(document, section, entry) : [];
    }

    private List<TextEdit> Add(ClientDocument document, JsonStyle style, string name, ConfigNode entry, string? written)
    {
        if (document.Root is null)
        {
            var whole = style.Render(Wrap(entry, [.. Dialect.Section, name]), "") + style.NewLine;
            return [new(0, document.Source.Utf8.Length, whole)];
        }

        var container = document.Root;
        var at = 0;
        for (; at < Dialect.Section.Count && ClientDocument.Find(Opened(document, container, at), Dialect.Section[at]) is { } next; at++)
        {
            if (next.Value.Kind == JsonValueKind.Null)
            {
                var value = Wrap(entry, [.. Dialect.Section.Skip(at + 1), name]);
                return [new(next.Value.Offset, next.Value.End - next.Value.Offset, style.Render(value, style.IsOneLine ? null : style.IndentAt(next.Offset)))];
            }

            container = next.Value;
        }

        Opened(document, container, at);
        string[] missing = [.. Dialect.Section.Skip(at), name];
        return AddMember(document.Source.Utf8.ToArray(), style, container, missing[0], missing.Length == 1 ? written : null, Wrap(entry, missing.AsSpan(1)));
    }

    /// <summary>An object that leads to the servers.</summary>
    /// <exception cref="ConfigException">It is none.</exception>
    private ConfigNode Opened(ClientDocument document, ConfigNode node, int depth) => node.Kind == JsonValueKind.Object
        ? node
        : throw Problem(document, node.Offset, depth == 0 ? KeyPath.Root : string.Join('.', Dialect.Section.Take(depth)),
            $"is {Quote.Value(node, secret: true)}, but must be an object", "Write { } in its place.");

    private static ConfigNode Wrap(ConfigNode entry, ReadOnlySpan<string> keys) => keys.Length == 0
        ? entry
        : new(JsonValueKind.Object, 0) { Properties = [new(keys[0], 0, Wrap(entry, keys[1..]))] };

    private static List<TextEdit> AddMember(byte[] text, JsonStyle style, ConfigNode container, string name, string? written, ConfigNode value)
    {
        var indent = style.IndentOf(container);
        var closing = container.End - 1;
        var last = container.Properties.Count > 0 ? container.Properties[^1].Value.End : container.Offset + 1;
        var gap = JsonGap.Read(text, last, closing);
        var edits = new List<TextEdit>();
        if (container.Properties.Count > 0 && gap.Comma < 0)
            edits.Add(new(last, 0, ","));

        var member = $"{JsonStyle.Quoted(name)}: {written ?? style.Render(value, indent)}{(gap.Comma < 0 ? "" : ",")}";
        var isOnLineOfBrace = text.AsSpan(gap.End, closing - gap.End).IndexOf((byte)'\n') < 0;
        edits.Add(new(gap.End, 0, indent is null
            ? $"{(container.Properties.Count == 0 && gap.Comma < 0 && closing > gap.End ? "" : " ")}{member}{(closing == gap.End && container.Properties.Count == 0 ? " " : "")}"
            : $"{style.NewLine}{indent}{member}{(isOnLineOfBrace && container.Properties.Count == 0 ? style.NewLine + style.IndentAt(container.Offset) : "")}"));
        return edits;
    }

    private static List<TextEdit> DeleteMember(ClientDocument document, ConfigNode container, ConfigProperty member)
    {
        var text = document.Source.Utf8;
        var index = container.Properties.ToList().IndexOf(member);
        var before = JsonGap.Read(text, index == 0 ? container.Offset + 1 : container.Properties[index - 1].Value.End, member.Offset);
        var after = JsonGap.Read(text, member.Value.End, index == container.Properties.Count - 1 ? container.End - 1 : container.Properties[index + 1].Offset);
        var end = after.Comma >= 0 ? after.Comma + 1 : member.Value.End;
        var start = before.End;
        if (before.EndsInLineComment && text[end] is not ((byte)'\n' or (byte)'\r'))
            start += text[start..].IndexOf((byte)'\n') + 1; // what follows must not become a part of the comment

        var edits = new List<TextEdit> { new(start, end - start, "") };
        if (after.Comma < 0 && before.Comma >= 0)
            edits.Add(new(before.Comma, 1, ""));
        return edits;
    }
}
