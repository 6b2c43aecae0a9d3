namespace Steward.EndToEnd.Running;

/// <summary>Waits for a fact of the outside world that announces itself to nobody: a file, a process table.</summary>
internal static class Poll
{
    // Much more than anything needs, also on a slow machine that does other things as well: longer means that it never comes.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    public static async Task<T> UntilAsync<T>(Func<Task<T>> look, Func<T, bool> enough, CancellationToken cancellationToken)
    {
        while (true)
        {
            var found = await look();
            if (enough(found))
                return found;
            await Task.Delay(Interval, TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>As <see cref="UntilAsync{T}"/>, but returns what it last saw when it has not come for long.</summary>
    public static Task<T> ForAsync<T>(Func<T> look, Func<T, bool> enough) => ForAsync(() => Task.FromResult(look()), enough);

    /// <inheritdoc cref="ForAsync{T}(Func{T}, Func{T, bool})"/>
    public static async Task<T> ForAsync<T>(Func<Task<T>> look, Func<T, bool> enough)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var found = await look();
            if (enough(found) || TimeProvider.System.GetElapsedTime(start) > Patience)
                return found;
            await Task.Delay(Interval, TimeProvider.System, CancellationToken.None);
        }
    }
}
