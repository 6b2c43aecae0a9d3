namespace Steward.Registry;

/// <summary>Lets one at a time through for each key.</summary>
internal sealed class KeyedGate
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (SemaphoreSlim Turn, int Users)> _turns = new(StringComparer.Ordinal);

    /// <summary>Waits for the turn; disposing ends it.</summary>
    public Task<IDisposable> EnterAsync(string key, CancellationToken cancellationToken) => EnterAsync([key], cancellationToken);

    /// <summary>Waits for the turns of several keys; disposing ends them. They are taken in one order always, so that nobody waits in a circle.</summary>
    public async Task<IDisposable> EnterAsync(IEnumerable<string> keys, CancellationToken cancellationToken)
    {
        var taken = new List<(string Key, SemaphoreSlim Turn)>();
        var exit = new Exit(this, taken);
        foreach (var key in keys.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var turn = Reserve(key);
            try
            {
                await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                Leave(key);
                exit.Dispose();
                throw;
            }

            taken.Add((key, turn));
        }

        return exit;
    }

    private SemaphoreSlim Reserve(string key)
    {
        lock (_lock)
        {
            var (turn, users) = _turns.GetValueOrDefault(key, (new SemaphoreSlim(1), 0));
            _turns[key] = (turn, users + 1);
            return turn;
        }
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

    private sealed class Exit(KeyedGate gate, IReadOnlyList<(string Key, SemaphoreSlim Turn)> taken) : IDisposable
    {
        public void Dispose()
        {
            foreach (var (key, turn) in taken)
            {
                turn.Release();
                gate.Leave(key);
            }
        }
    }
}
