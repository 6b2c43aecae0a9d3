using Steward.Upstreams.Remote;

namespace Steward.Upstreams.Auth;

/// <summary>One login, from its beginning to tokens, to a failure, or until nobody came in time.</summary>
internal sealed class PendingLogin : IAsyncDisposable
{
    private readonly OAuthSession _session;
    private readonly bool _isEmbedded;
    private readonly TimeSpan _patience;
    private readonly CancellationTokenSource _givenUp;
    private readonly TaskCompletionSource<string?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _running = Task.CompletedTask;

    public PendingLogin(OAuthSession session, TimeSpan patience, AuthorizationHost host)
    {
        (_session, _isEmbedded, _patience) = (session, host.IsEmbedded, patience);
        _givenUp = new CancellationTokenSource(patience, host.Time);
    }

    public LoginAttempt Attempt { get; } = new();

    /// <summary>Completes with why it failed; with null where it did not. Never faults.</summary>
    public Task<string?> Ended => _ended.Task;

    /// <exception cref="RemoteRefusalException">It did not come so far; says why.</exception>
    public async Task<Uri> StartAsync(CancellationToken cancellationToken)
    {
        _running = RunAsync(_session.Server.Auth.RedirectPort);
        await Task.WhenAny(Attempt.Started, Ended).WaitAsync(cancellationToken).ConfigureAwait(false);
        return Attempt.Started.IsCompleted
            ? (await Attempt.Started.ConfigureAwait(false)).AuthorizationUri
            : throw new RemoteRefusalException(await Ended.ConfigureAwait(false) ?? $"Server '{_session.Server.Id}' gave tokens without a login.");
    }

    public async ValueTask DisposeAsync()
    {
        if (!Ended.IsCompleted)
            await _givenUp.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _givenUp.Dispose();
    }

    /// <summary>Never faults.</summary>
    private async Task RunAsync(int redirectPort)
    {
        RedirectListener? redirect = null;
        try
        {
            redirect = redirectPort != 0 || _isEmbedded ? RedirectListener.Start(redirectPort, Attempt, Ended) : null;
        }
        catch (System.Net.HttpListenerException occupied)
        {
            _ended.TrySetResult($"the browser cannot be taken back at port {redirectPort} (auth.redirectPort): {occupied.Message}");
            return;
        }

        using (redirect)
        {
            Attempt.RedirectUri = redirect?.Uri;
            _ended.TrySetResult(await LogInAsync().ConfigureAwait(false));
            if (redirect is not null && Attempt.IsAnswered)
                await redirect.Answered.ConfigureAwait(false); // the person still waits for a page that tells the end
        }
    }

    /// <summary>Why it failed; null where it did not.</summary>
    private async Task<string?> LogInAsync()
    {
        try
        {
            await _session.LoginAsync(Attempt, _givenUp.Token).ConfigureAwait(false);
            return null;
        }
        catch (OperationCanceledException) when (_givenUp.IsCancellationRequested)
        {
            return $"nobody has logged in within {_patience.TotalMinutes:0} minutes, or another login was begun";
        }
        catch (RemoteRefusalException refusal)
        {
            return refusal.Message;
        }
    }
}
