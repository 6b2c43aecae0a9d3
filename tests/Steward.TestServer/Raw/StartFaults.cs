namespace Steward.TestServer.Raw;

/// <summary>Ways not to start.</summary>
internal static class StartFaults
{
    public static async Task<int> ExitAsync(ModeOptions options)
    {
        await Console.Error.WriteLineAsync("fixture: cannot start, as I was told to");
        return (int)options.Number("code", 3);
    }

    /// <summary>Never reads, never writes.</summary>
    public static async Task<int> HangAsync()
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, CancellationToken.None);
        return 0;
    }

    public static async Task<int> SlowAsync(ModeOptions options)
    {
        await Task.Delay(options.Milliseconds("delay", 2000), TimeProvider.System, CancellationToken.None);
        new RawServer().Run();
        return 0;
    }
}
