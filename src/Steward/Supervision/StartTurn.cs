namespace Steward.Supervision;

/// <summary>One of the starts that are allowed at one time. Given back once, however often it is disposed.</summary>
internal sealed class StartTurn(SemaphoreSlim starts) : IDisposable
{
    private int _isOver;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isOver, 1) == 0)
            starts.Release();
    }
}
