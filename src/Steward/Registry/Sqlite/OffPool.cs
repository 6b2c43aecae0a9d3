namespace Steward.Registry.Sqlite;

/// <summary>Runs what waits for a disk on a thread of its own: those of the pool relay messages.</summary>
internal static class OffPool
{
    public static Task RunAsync(Action act) => Task.Factory.StartNew(act, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public static Task<T> RunAsync<T>(Func<T> act) => Task.Factory.StartNew(act, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
