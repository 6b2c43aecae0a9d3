using System.Diagnostics.CodeAnalysis;

namespace Steward.EndToEnd.Running;

/// <summary>A list that grows while others read it, and wait in it for what is to come.</summary>
internal sealed class Feed<T>
{
    private readonly Lock _gate = new();
    private readonly List<T> _items = [];
    private TaskCompletionSource _changed = NewSignal();
    private string? _end;

    public IReadOnlyList<T> Items
    {
        get
        {
            lock (_gate)
                return [.. _items];
        }
    }

    public void Add(T item) => Change(() => _items.Add(item));

    /// <summary>Nothing will be added any more: who waits gets an exception with this reason.</summary>
    public void End(string reason) => Change(() => _end ??= reason);

    /// <summary>The first item that fits, whether it is here already or still to come.</summary>
    public async Task<T> FirstAsync(Func<T, bool> fits, CancellationToken cancellationToken)
    {
        for (var i = 0; ; i++)
        {
            if (await AtAsync(i, cancellationToken) is var item && fits(item))
                return item;
        }
    }

    /// <summary>The item at a position, as soon as there is one.</summary>
    public async Task<T> AtAsync(int index, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryGet(index, out var item, out var changed))
                return item;
            await changed.WaitAsync(cancellationToken);
        }
    }

    private bool TryGet(int index, [MaybeNullWhen(false)] out T item, out Task changed)
    {
        lock (_gate)
        {
            changed = _changed.Task;
            var found = index < _items.Count;
            item = found ? _items[index] : default;
            return found || _end is null ? found : throw new InvalidOperationException(_end);
        }
    }

    private void Change(Action change)
    {
        TaskCompletionSource signal;
        lock (_gate)
        {
            change();
            (signal, _changed) = (_changed, NewSignal());
        }

        signal.SetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
