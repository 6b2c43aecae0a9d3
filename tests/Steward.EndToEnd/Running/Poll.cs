namespace Steward.EndToEnd.Running;

/// <summary>Waits for a fact of the outside world that announces itself to nobody: a file, a process table.</summary>
internal static class Poll
{
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

    /// <summary>As <see cref="UntilAsync{T}"/>, but returns what it last saw when the time is over.</summary>
    public static async Task<T> ForAsync<T>(TimeSpan limit, Func<T> look, Func<T, bool> enough)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var found = look();
            if (enough(found) || TimeProvider.System.GetElapsedTime(start) > limit)
                return found;
            await Task.Delay(Interval, TimeProvider.System, CancellationToken.None);
        }
    }
}
