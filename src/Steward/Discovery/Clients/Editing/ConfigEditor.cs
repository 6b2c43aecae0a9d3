using System.Text;
using Steward.Configuration;
using Steward.Configuration.Parsing;

namespace Steward.Discovery.Clients.Editing;

/// <summary>
/// Changes the list of servers in the text of a client, and nothing else: comments, order, layout and every other byte stay.
/// What it makes is read again before it is given out, so that no file is ever left broken.
/// </summary>
/// <param name="dialect">How the text says servers.</param>
/// <param name="path">What problems call the text.</param>
internal abstract class ConfigEditor(ClientDialect dialect, string path)
{
    protected ClientDialect Dialect { get; } = dialect;

    public static ConfigEditor For(ClientDialect dialect, string path) =>
        dialect.Format == ClientFormat.Toml ? new TomlEditor(dialect, path) : new JsonEditor(dialect, path);

    /// <summary>Whether the text has a list of servers, be it empty.</summary>
    /// <exception cref="ConfigException">The text is broken.</exception>
    public bool HasSection(ReadOnlySpan<byte> text) => ClientDocument.Find(Read(text).Root, Dialect.Section) is not null;

    /// <summary>The names of all servers.</summary>
    /// <exception cref="ConfigException">The text is broken.</exception>
    public IReadOnlyList<string> Names(ReadOnlySpan<byte> text) =>
        [.. (ClientDocument.Find(Read(text).Root, Dialect.Section)?.Value.Properties ?? []).Select(entry => entry.Name).Distinct(StringComparer.Ordinal)];

    /// <summary>What an entry says, as it is written; null where there is none of the name.</summary>
    /// <exception cref="ConfigException">The text is broken.</exception>
    public string? Find(ReadOnlySpan<byte> text, string name)
    {
        var document = Read(text);
        return FindIn(document, name) is { } range ? Encoding.UTF8.GetString(document.Source.Utf8[range]) : null;
    }

    /// <summary>Whether the text has an entry that says the same, be it written otherwise.</summary>
    /// <exception cref="ConfigException">The text is broken.</exception>
    public bool Says(ReadOnlySpan<byte> text, string name, ConfigNode entry) =>
        SameValue.Are(ClientDocument.Find(Read(text).Root, [.. Dialect.Section, name])?.Value, entry);

    /// <summary>The text with an entry, in place of one of the same name. One that says the same stays as it is written.</summary>
    /// <exception cref="ConfigException">The text is broken, or does not let itself be edited.</exception>
    public byte[] Put(ReadOnlySpan<byte> text, string name, ConfigNode entry)
    {
        if (Says(text, name, entry))
            return text.ToArray();
        var document = Read(text);
        return Checked(text, document, Edit(document, name, entry), name, entry);
    }

    /// <summary>The text with an entry as another text had it. Nothing happens where there is one of the name.</summary>
    /// <exception cref="ConfigException">The text is broken, or does not let itself be edited.</exception>
    public byte[] PutBack(ReadOnlySpan<byte> text, string name, string written)
    {
        var document = Read(text);
        return FindIn(document, name) is null ? WithMark(text, TextEdit.Apply(document.Source.Utf8, Restore(document, name, written))) : text.ToArray();
    }

    /// <summary>The text without an entry.</summary>
    /// <exception cref="ConfigException">The text is broken, or does not let itself be edited.</exception>
    public byte[] Remove(ReadOnlySpan<byte> text, string name)
    {
        var document = Read(text);
        return Checked(text, document, Delete(document, name), name, null);
    }

    /// <summary>The text without its list of servers, where that is empty.</summary>
    public abstract byte[] RemoveEmptySection(ReadOnlySpan<byte> text);

    protected abstract Range? FindIn(ClientDocument document, string name);

    protected abstract IEnumerable<TextEdit> Edit(ClientDocument document, string name, ConfigNode entry);

    protected abstract IEnumerable<TextEdit> Restore(ClientDocument document, string name, string written);

    protected abstract IEnumerable<TextEdit> Delete(ClientDocument document, string name);

    protected ClientDocument Read(ReadOnlySpan<byte> text)
    {
        var document = ClientDocument.Parse(text, path, Dialect.Format);
        return document.Problems.Count == 0 ? document : throw new ConfigException(document.Problems);
    }

    protected ConfigException Problem(ClientDocument document, int offset, string keyPath, string message, string mend)
    {
        var (line, column) = document.Source.PositionOf(offset);
        return new([new(path, line, column, keyPath, message, mend)]);
    }

    protected static byte[] WithMark(ReadOnlySpan<byte> before, byte[] after) =>
        before.StartsWith(Encoding.UTF8.Preamble) ? [.. Encoding.UTF8.Preamble, .. after] : after;

    private byte[] Checked(ReadOnlySpan<byte> before, ClientDocument document, IEnumerable<TextEdit> edits, string name, ConfigNode? entry)
    {
        var after = TextEdit.Apply(document.Source.Utf8, edits);
        var edited = ClientDocument.Parse(after, path, Dialect.Format);
        if (edited.Problems.Count > 0 || !SameValue.With(document.Root, edited.Root, [.. Dialect.Section, name], entry))
            throw Problem(document, 0, KeyPath.Root, "the file is written in a way that Steward cannot change safely", $"Change the server {Quote.Text(name)} by hand.");
        return WithMark(before, after);
    }
}
