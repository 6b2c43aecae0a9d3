using System.Text;

namespace Steward.Configuration.Parsing;

/// <summary>The bytes of one configuration, without byte order mark, and where its lines begin.</summary>
internal sealed class SourceText
{
    private readonly byte[] _utf8;
    private readonly List<int> _lineStarts = [0];

    public SourceText(string file, ReadOnlySpan<byte> utf8)
    {
        File = file;
        _utf8 = (utf8.StartsWith(Encoding.UTF8.Preamble) ? utf8[Encoding.UTF8.Preamble.Length..] : utf8).ToArray();
        for (var i = 0; i < _utf8.Length; i++)
        {
            if (_utf8[i] == (byte)'\n')
                _lineStarts.Add(i + 1);
        }
    }

    public string File { get; }

    public ReadOnlySpan<byte> Utf8 => _utf8;

    /// <summary>Where a byte stands for a reader of the text.</summary>
    public TextPosition PositionOf(int offset)
    {
        offset = Math.Clamp(offset, 0, _utf8.Length);
        var found = _lineStarts.BinarySearch(offset);
        var line = found >= 0 ? found : ~found - 1;
        var start = _lineStarts[line];
        return new(line + 1, Encoding.UTF8.GetCharCount(_utf8, start, offset - start) + 1);
    }

    /// <summary>The byte at a place as JSON readers count it: line and byte from 0.</summary>
    public int OffsetOf(long line, long byteInLine)
    {
        var start = _lineStarts[(int)Math.Clamp(line, 0, _lineStarts.Count - 1)];
        return (int)Math.Clamp(start + byteInLine, 0, _utf8.Length);
    }
}
