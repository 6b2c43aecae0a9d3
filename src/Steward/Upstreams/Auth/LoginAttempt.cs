using ModelContextProtocol.Authentication;

namespace Steward.Upstreams.Auth;

/// <summary>A login that a person has begun: first its URL becomes known, then the authorization server sends the browser back.</summary>
internal sealed class LoginAttempt
{
    private readonly TaskCompletionSource<AuthorizationCallbackContext> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<AuthorizationResult> _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _state;

    /// <summary>Where to log in, once that is known.</summary>
    public Task<AuthorizationCallbackContext> Started => _started.Task;

    /// <summary>What the authorization server will come back with: it tells this attempt from all others. Null before it has started.</summary>
    public string? State => Volatile.Read(ref _state);

    public async Task<AuthorizationResult?> BrowseAsync(AuthorizationCallbackContext context, CancellationToken cancellationToken)
    {
        Volatile.Write(ref _state, QueryText.Find(context.AuthorizationUri.Query, "state"));
        _started.TrySetResult(context);
        return await _answered.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The browser is back.</summary>
    public void Answer(AuthorizationResult result) => _answered.TrySetResult(result);

    /// <summary>The authorization server, or the person before it, said no.</summary>
    public void Refuse(string reason) => _answered.TrySetException(new InvalidOperationException(reason));
}
