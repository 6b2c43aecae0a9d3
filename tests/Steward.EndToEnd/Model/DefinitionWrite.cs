namespace Steward.EndToEnd.Model;

/// <summary>An attempt to give a server a definition: when it was made, and what became of it.</summary>
/// <param name="id">The server.</param>
/// <param name="begin">When it began.</param>
internal sealed class DefinitionWrite(string id, long begin)
{
    private int _open = 1;

    public string Id => id;

    public long Begin => begin;

    /// <summary>When the last was answered who wanted the server to have it; <see langword="null"/> while somebody waits for that.</summary>
    public long? End { get; private set; }

    /// <summary>Whether the definition was taken; <see langword="null"/> where nobody knows.</summary>
    public bool? IsTaken { get; private set; }

    public void Reopen()
    {
        _open++;
        End = null;
    }

    public void Settle(long end, bool? isTaken)
    {
        IsTaken = isTaken;
        if (--_open == 0)
            End = end;
    }
}
