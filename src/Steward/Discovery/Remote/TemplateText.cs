using System.Text;

namespace Steward.Discovery.Remote;

/// <summary>
/// A text put together from a stranger's words and references of ours. His words are joined before they are made harmless: two
/// harmless halves could make a reference together.
/// </summary>
internal sealed class TemplateText
{
    private readonly StringBuilder _text = new();
    private readonly StringBuilder _words = new();

    /// <summary>Adds words of the stranger.</summary>
    public TemplateText AddWords(string words)
    {
        _words.Append(words);
        return this;
    }

    /// <summary>Adds a reference to a variable.</summary>
    public TemplateText AddVariable(string name)
    {
        Close();
        _text.Append(DiscoveredText.Variable(name));
        return this;
    }

    public override string ToString()
    {
        Close();
        return _text.ToString();
    }

    private void Close()
    {
        _text.Append(DiscoveredText.Literal(_words.ToString()));
        _words.Clear();
    }
}
