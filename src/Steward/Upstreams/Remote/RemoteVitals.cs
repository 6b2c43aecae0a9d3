namespace Steward.Upstreams.Remote;

/// <summary>
/// Notices that a remote server has died. A failure may be chance, and one cause may fail many calls at once: it makes Steward
/// knock a few times, and only when nothing answers is the server given up.
/// </summary>
internal sealed class RemoteVitals(RemoteEndpoint endpoint, Action<string> lost, CancellationToken lifetime)
{
    private const int MaxKnocks = 4;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private volatile bool _hasAnswered;
    private int _knocking;

    /// <summary>The server has said something: it lives.</summary>
    public void Answered() => _hasAnswered = true;

    /// <summary>The server could not be reached.</summary>
    public void Failed()
    {
        if (Interlocked.Exchange(ref _knocking, 1) == 0)
            _ = KnockAsync(); // cannot fault
    }

    private async Task KnockAsync()
    {
        _hasAnswered = false;
        var pause = FirstPause;
        try
        {
            for (var knock = 1; ; knock++, pause *= 2)
            {
                if (await KnockOnceAsync().ConfigureAwait(false) is not { } failure || _hasAnswered)
                    return;
                if (knock == MaxKnocks)
                {
                    lost($"cannot be reached any more: {failure}");
                    return;
                }

                await Task.Delay(pause, endpoint.Time, lifetime).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (lifetime.IsCancellationRequested)
        {
            // The link is closed.
        }
        finally
        {
            Volatile.Write(ref _knocking, 0);
        }
    }

    /// <summary>
    /// What went wrong, or <see langword="null"/>. Any answer at all is a sign of life; what merely takes long is left to the
    /// probes, which can tell.
    /// </summary>
    private async Task<string?> KnockOnceAsync()
    {
        using var limit = endpoint.Within(Patience, lifetime);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Head, endpoint.Url);
            using var response = await endpoint.SendAsync(request, limit.Token).ConfigureAwait(false);
            return RemoteEndpoint.IsAbsence(response.StatusCode) ? RemoteFailure.Describe(endpoint.Url, response) : null;
        }
        catch (Exception failure) when (failure is OperationCanceledException or RemoteRefusalException)
        {
            return null;
        }
        catch (Exception failure) // whatever the chain of handlers throws: nothing answered
        {
            return RemoteFailure.Describe(endpoint.Url, failure);
        }
    }
}
