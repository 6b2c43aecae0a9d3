using System.Buffers.Text;
using System.Runtime.CompilerServices;

namespace Steward.Wire;

/// <summary>
/// The replacements that turn a message into what the other side may see. Collected on the stack, applied in one copy.
/// </summary>
internal ref struct FrameEdits
{
    private const int Capacity = 8;

    private readonly Span<byte> _scratch;
    private EditList _edits;
    private int _count;
    private int _used;

    /// <param name="scratch">Room for all replacement bytes together.</param>
    public FrameEdits(Span<byte> scratch) => _scratch = scratch;

    /// <summary>By how many bytes the message grows; negative where it shrinks.</summary>
    public int Growth { get; private set; }

    /// <summary>Replaces a range that is not touched yet. Nothing happens where the range does not exist.</summary>
    public void Replace(ByteRange range, scoped ReadOnlySpan<byte> with)
    {
        if (!range.Exists)
            return;
        with.CopyTo(_scratch[_used..]);
        Insert(range, with.Length);
    }

    /// <summary>Replaces a range by a number.</summary>
    public void Replace(ByteRange range, long with)
    {
        if (!range.Exists)
            return;
        Utf8Formatter.TryFormat(with, _scratch[_used..], out var written);
        Insert(range, written);
    }

    /// <summary>Puts bytes before a position. Two insertions at one place stand in the order in which they were made.</summary>
    public void Insert(int position, scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_scratch[_used..]);
        Insert(new ByteRange(position, 0), bytes.Length);
    }

    /// <summary>
    /// Copies the message with all replacements and returns the length. Line breaks become blanks: outside of strings they
    /// are white space, inside of strings JSON does not allow them, and a message must stay on one line.
    /// </summary>
    public readonly int Apply(ReadOnlySpan<byte> message, Span<byte> destination)
    {
        var (from, to) = (0, 0);
        for (var i = 0; i < _count; i++)
        {
            var (range, replacement) = _edits[i];
            message[from..range.Start].CopyTo(destination[to..]);
            to += range.Start - from;
            replacement.Of(_scratch).CopyTo(destination[to..]);
            to += replacement.Length;
            from = range.End;
        }

        message[from..].CopyTo(destination[to..]);
        to += message.Length - from;

        var line = destination[..to];
        if (line.ContainsAny((byte)'\n', (byte)'\r'))
        {
            line.Replace((byte)'\n', (byte)' ');
            line.Replace((byte)'\r', (byte)' ');
        }

        return to;
    }

    private void Insert(ByteRange range, int length)
    {
        var at = _count++;
        for (; at > 0 && _edits[at - 1].Range.Start > range.Start; at--)
            _edits[at] = _edits[at - 1];
        _edits[at] = new Edit(range, new ByteRange(_used, length));
        _used += length;
        Growth += length - range.Length;
    }

    private readonly record struct Edit(ByteRange Range, ByteRange Replacement);

    [InlineArray(Capacity)]
    private struct EditList
    {
        private Edit _first;
    }
}
