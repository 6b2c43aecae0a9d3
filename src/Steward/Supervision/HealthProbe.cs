using Steward.Configuration;

namespace Steward.Supervision;

/// <summary>The questions of a probe, each with the time that a probe has: whether a run answers, and where that is wanted, whether it does its work.</summary>
/// <param name="server">The run.</param>
/// <param name="policy">How it is probed.</param>
/// <param name="time">The clock.</param>
internal sealed class HealthProbe(IServerRun server, HealthPolicy policy, TimeProvider time)
{
    /// <summary>Asks for a sign of life; throws when none comes.</summary>
    /// <exception cref="TimeoutException">None came in time.</exception>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public Task AskAsync(CancellationToken cancellationToken) => WithinAsync("a health probe", async token =>
    {
        await server.ProbeAsync(token).ConfigureAwait(false);
        return default(string);
    }, cancellationToken);

    /// <summary>Makes the call that a probe is to make, where there is one; throws when it fails.</summary>
    /// <returns>Why the call cannot be made as it is defined, which is not the server's fault; <see langword="null"/> where all is well.</returns>
    /// <exception cref="TimeoutException">It was not answered in time.</exception>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public async Task<string?> CallAsync(CancellationToken cancellationToken) => policy.Call is { } call
        ? await WithinAsync($"the call of tool '{call.Tool}' that a health probe makes (health.call)", token => server.TryCallAsync(call, token), cancellationToken).ConfigureAwait(false)
        : null;

    private async Task<T> WithinAsync<T>(string question, Func<CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(server.ProbesParts ? Timeout.InfiniteTimeSpan : policy.Timeout, time);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await ask(any.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"no answer to {question} within {policy.Timeout.TotalSeconds:0.###} s (health.timeoutMs)", late);
        }
    }
}
