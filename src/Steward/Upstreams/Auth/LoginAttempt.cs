using ModelContextProtocol.Authentication;

namespace Steward.Upstreams.Auth;

/// <summary>The part of a login that a person has: first its URL becomes known, then the authorization server sends the browser back.</summary>
internal sealed class LoginAttempt
{
    private readonly TaskCompletionSource<AuthorizationCallbackContext> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<AuthorizationResult> _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _state;

    /// <summary>Where to log in, once that is known.</summary>
    public Task<AuthorizationCallbackContext> Started => _started.Task;

    /// <summary>Where the browser is taken back; null where the gateway does that. Set before the attempt begins.</summary>
    public Uri? RedirectUri { get; set; }

    /// <summary>What the authorization server will come back with: it tells this attempt from all others. Null before it has started.</summary>
    public string? State => Volatile.Read(ref _state);

    /// <summary>Whether the browser is back.</summary>
    public bool IsAnswered => _answered.Task.IsCompleted;

    public async Task<AuthorizationResult?> BrowseAsync(AuthorizationCallbackContext context, CancellationToken cancellationToken)
    {
        Volatile.Write(ref _state, QueryText.Find(context.AuthorizationUri.Query, "state"));
        _started.TrySetResult(context);
        return await _answered.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The browser is back, with a code or with a refusal. Counts once.</summary>
    public void Answer(string query)
    {
        if (QueryText.Find(query, "code") is { Length: > 0 } code)
            _answered.TrySetResult(new AuthorizationResult { Code = code, State = QueryText.Find(query, "state"), Iss = QueryText.Find(query, "iss") });
        else
            _answered.TrySetException(new InvalidOperationException(QueryText.Find(query, "error_description") ?? QueryText.Find(query, "error") ?? "the browser came back without a code"));
    }
}
