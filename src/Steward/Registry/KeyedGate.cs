namespace Steward.Registry;

/// <summary>Lets one at a time through for each key.</summary>
internal sealed class KeyedGate
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (SemaphoreSlim Turn, int Users)> _turns = new(StringComparer.Ordinal);

    /// <summary>Waits for the turn; disposing ends it.</summary>
    public async Task<IDisposable> EnterAsync(string key, CancellationToken cancellationToken)
    {
        SemaphoreSlim turn;
        lock (_lock)
        {
            (turn, var users) = _turns.GetValueOrDefault(key, (new SemaphoreSlim(1), 0));
            _turns[key] = (turn, users + 1);
        }

        try
        {
            await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            Leave(key);
            throw;
        }

        return new Exit(this, key, turn);
    }

    private void Leave(string key)
    {
        lock (_lock)
        {
            var (turn, users) = _turns[key];
            if (users == 1)
                _turns.Remove(key);
            else
                _turns[key] = (turn, users - 1);
        }
    }

    private sealed class Exit(KeyedGate gate, string key, SemaphoreSlim turn) : IDisposable
    {
        public void Dispose()
        {
            turn.Release();
            gate.Leave(key);
        }
    }
}
