using System.Runtime.CompilerServices;

namespace Steward.Configuration.Watching;

/// <summary>
/// Follows the text of a file, however it is saved: in place, by renaming another over it, deleted and written anew, or by a swap of the
/// links that lead to it. A text counts once it has stayed the same for a moment, so that half of one is nothing to anybody.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="read">Reads it; <see langword="null"/> where it cannot be read.</param>
/// <param name="signals">Say when to look.</param>
/// <param name="time">The clock.</param>
internal sealed class ConfigWatcher(string path, Func<byte[]?> read, IFileSignals signals, TimeProvider time)
{
    /// <summary>How long a text must have stayed the same.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(300);

    /// <summary>The same for no text at all: many editors empty or remove a file before they write it.</summary>
    public static readonly TimeSpan LongQuiet = TimeSpan.FromSeconds(1);

    /// <summary>How often is looked without being told: network file systems and some mounts report nothing.</summary>
    public static readonly TimeSpan Often = TimeSpan.FromSeconds(1);

    /// <inheritdoc cref="Often"/>
    public static readonly TimeSpan Seldom = TimeSpan.FromSeconds(10);

    /// <summary>The text now, then each that follows it; <see langword="null"/> where there is none. Never the same twice in a row.</summary>
    public async IAsyncEnumerable<byte[]?> VersionsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var isFirst = true;
        byte[]? told = null;
        Task<bool>? change = null;
        while (true)
        {
            signals.Follow(path); // before the look: what changes after it is reported
            var text = read();
            if (isFirst || !AreSame(text, told))
            {
                text = await SettleAsync(text, cancellationToken).ConfigureAwait(false);
                if (isFirst || !AreSame(text, told))
                {
                    (isFirst, told) = (false, text);
                    yield return text;
                }

                continue; // it may have changed again, and what leads to it as well
            }

            change ??= signals.Changes.WaitToReadAsync(cancellationToken).AsTask();
            await ((Task)change).WaitAsync(signals.IsComplete ? Seldom : Often, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            if (change.IsCompleted)
                change = null;
            while (signals.Changes.TryRead(out _))
            {
                // One look is enough for all of them.
            }
        }
    }

    private async Task<byte[]?> SettleAsync(byte[]? text, CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(text is null or [] ? LongQuiet : Quiet, time, cancellationToken).ConfigureAwait(false);
            var again = read();
            if (AreSame(again, text))
                return text;
            text = again;
        }
    }

    private static bool AreSame(byte[]? left, byte[]? right) => left is null ? right is null : right is not null && left.AsSpan().SequenceEqual(right);
}
