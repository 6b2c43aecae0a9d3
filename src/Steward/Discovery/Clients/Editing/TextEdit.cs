using System.Text;

namespace Steward.Discovery.Clients.Editing;

/// <summary>A piece of a text in place of another.</summary>
/// <param name="Start">The byte at which the old piece begins.</param>
/// <param name="Length">How long it is; 0 inserts.</param>
/// <param name="Text">The new piece.</param>
internal readonly record struct TextEdit(int Start, int Length, string Text)
{
    /// <summary>The text with some edits, none of which may overlap. Of two at one place the first comes first.</summary>
    public static byte[] Apply(ReadOnlySpan<byte> text, params IEnumerable<TextEdit> edits)
    {
        var edited = new List<byte>(text.Length + 256);
        var at = 0;
        foreach (var edit in edits.OrderBy(edit => edit.Start))
        {
            edited.AddRange(text[at..edit.Start]);
            edited.AddRange(Encoding.UTF8.GetBytes(edit.Text));
            at = edit.Start + edit.Length;
        }

        edited.AddRange(text[at..]);
        return [.. edited];
    }
}
