namespace Steward.Events;

/// <summary>How many notifications of one server are told in a second, and how many were not. Its owner locks.</summary>
internal sealed class NotificationRate(TimeProvider time)
{
    private const int MostInASecond = 50;

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(1);

    private long _windowStart = time.GetTimestamp();
    private int _taken;
    private long _skipped;

    /// <summary>Whether the second has passed that was counted last.</summary>
    public bool IsOver => time.GetElapsedTime(_windowStart) >= Window;

    /// <summary>Whether one more is within the limit, and how many were not since the last that was.</summary>
    /// <param name="isWanted">Whether it is told at all.</param>
    /// <param name="skipped">How many were left out before.</param>
    public bool TryTake(bool isWanted, out long skipped)
    {
        if (IsOver)
            (_windowStart, _taken) = (time.GetTimestamp(), 0);
        if (!isWanted || _taken >= MostInASecond)
        {
            skipped = ++_skipped;
            return false;
        }

        _taken++;
        (skipped, _skipped) = (_skipped, 0);
        return true;
    }
}
