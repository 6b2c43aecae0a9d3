namespace Steward.Registry.Sqlite;

/// <summary>Runs what waits for a disk on a thread of its own: those of the pool relay messages.</summary>
internal static class OffPool
{
    public static Task RunAsync(Action act) => RunAsync(() =>
    {
        act();
        return true;
    });

    public static Task<T> RunAsync<T>(Func<T> act)
    {
        try
        {
            return Task.Factory.StartNew(act, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        catch (TaskSchedulerException)
        {
            return Task.Run(act); // the system gives no more threads: better one of the pool waits than nothing is written ever after
        }
    }
}
