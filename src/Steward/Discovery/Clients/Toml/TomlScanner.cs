using System.Text;
using System.Text.Unicode;
using Steward.Configuration.Parsing;

namespace Steward.Discovery.Clients.Toml;

/// <summary>The place in a TOML text, and what stands between its tokens.</summary>
internal sealed class TomlScanner
{
    private readonly byte[] _text;

    /// <exception cref="TomlException">The text is no UTF-8.</exception>
    public TomlScanner(SourceText source)
    {
        _text = source.Utf8.ToArray();
        if (!Utf8.IsValid(_text))
            throw new TomlException(FirstInvalidByte(_text), "the file is not UTF-8 text", "Save it in the encoding UTF-8.");
    }

    public int At { get; set; }

    public bool IsAtEnd => At >= _text.Length;

    /// <summary>The byte at the place; 0 at the end.</summary>
    public byte Current => Peek(0);

    public byte Peek(int ahead) => At + ahead < _text.Length ? _text[At + ahead] : (byte)0;

    public bool StartsWith(ReadOnlySpan<byte> token) => _text.AsSpan(At).StartsWith(token);

    public string TextBetween(int start, int end) => Encoding.UTF8.GetString(_text, start, end - start);

    public void SkipBlanks()
    {
        while (Current is (byte)' ' or (byte)'\t')
            At++;
    }

    /// <summary>Skips blanks, line ends and comments.</summary>
    public void SkipLines()
    {
        for (SkipBlanks(); !IsAtEnd && (Current == (byte)'#' || IsLineEnd); SkipBlanks())
            SkipRestOfLine();
    }

    /// <summary>Skips a comment, if there is one, and the end of the line.</summary>
    /// <exception cref="TomlException">Something else stands there.</exception>
    public void SkipRestOfLine()
    {
        SkipBlanks();
        if (Current == (byte)'#')
        {
            for (At++; !IsAtEnd && !IsLineEnd; At++)
                RefuseControl(Current);
        }

        if (!IsAtEnd && !TrySkipLineEnd())
            throw new TomlException(At, "something follows that does not belong to this line", "Put it on a line of its own.");
    }

    public bool TrySkipLineEnd()
    {
        if (!IsLineEnd)
            return false;
        At += Current == (byte)'\r' ? 2 : 1;
        return true;
    }

    /// <exception cref="TomlException">Another byte stands there.</exception>
    public void Expect(byte expected, string what)
    {
        if (IsAtEnd || Current != expected)
            throw new TomlException(At, $"{what} is missing");
        At++;
    }

    /// <summary>Control characters but the tab are allowed nowhere in TOML.</summary>
    public void RefuseControl(byte character)
    {
        if (character is < 0x20 and not (byte)'\t' or 0x7F)
            throw new TomlException(At, "a control character stands in the text", "Remove it, or write it as an escape in double quotes.");
    }

    private bool IsLineEnd => !IsAtEnd && (Current == (byte)'\n' || (Current == (byte)'\r' && Peek(1) == (byte)'\n'));

    private static int FirstInvalidByte(ReadOnlySpan<byte> utf8)
    {
        var offset = 0;
        while (Rune.DecodeFromUtf8(utf8[offset..], out _, out var consumed) == System.Buffers.OperationStatus.Done)
            offset += consumed;
        return offset;
    }
}
