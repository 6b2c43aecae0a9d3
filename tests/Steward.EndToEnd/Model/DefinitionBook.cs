namespace Steward.EndToEnd.Model;

/// <summary>
/// Which definitions a server may have at a time: one that was taken, and that no other has replaced which was asked for after that. What overlaps
/// may be taken in either order.
/// </summary>
internal sealed class DefinitionBook
{
    private readonly Lock _gate = new();
    private readonly Dictionary<int, DefinitionWrite> _writes = [];

    /// <summary>Somebody gives a server a definition.</summary>
    public void Begin(int number, string id)
    {
        lock (_gate)
            _writes[number] = new DefinitionWrite(id, Now());
    }

    /// <summary>Somebody gives the server a definition that it has, or had, once more.</summary>
    public void Reopen(int number)
    {
        lock (_gate)
            _writes[number].Reopen();
    }

    /// <summary>An attempt was answered.</summary>
    /// <param name="number">The definition.</param>
    /// <param name="isTaken">Whether it was taken; <see langword="null"/> where nobody knows.</param>
    public void End(int number, bool? isTaken)
    {
        lock (_gate)
            _writes[number].Settle(Now(), isTaken);
    }

    /// <summary>What is wrong about a definition that was seen in force.</summary>
    /// <param name="number">The definition.</param>
    /// <param name="id">The server.</param>
    /// <param name="since">It was seen at this time or later.</param>
    /// <returns><see langword="null"/> where nothing is.</returns>
    public string? Objection(int number, string id, long since)
    {
        lock (_gate)
        {
            if (!_writes.TryGetValue(number, out var write) || write.Id != id)
                return $"{id} has definition {number}, which was never meant for it";
            if (write is { IsTaken: false, End: { } refused } && refused < since)
                return $"{id} has definition {number}, which was refused before";
            var later = _writes.FirstOrDefault(other => other.Value is { IsTaken: true, End: { } end } && other.Value.Id == id && end < since && other.Value.Begin > write.End);
            return later.Value is null ? null : $"{id} has definition {number}, although {later.Key} was asked for after it and taken";
        }
    }

    public static long Now() => TimeProvider.System.GetTimestamp();
}
