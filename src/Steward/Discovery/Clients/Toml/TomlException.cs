namespace Steward.Discovery.Clients.Toml;

/// <summary>A text is no TOML. The message never quotes the text, which may be secret.</summary>
/// <param name="offset">The byte at which it is wrong.</param>
/// <param name="message">What is wrong.</param>
/// <param name="mend">What to do about it.</param>
internal sealed class TomlException(int offset, string message, string mend = "Mend the text at this place or just before it.") : Exception(message)
{
    public int Offset { get; } = offset;

    public string Mend { get; } = mend;
}
