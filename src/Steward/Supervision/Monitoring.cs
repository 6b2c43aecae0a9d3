namespace Steward.Supervision;

/// <summary>Whether servers are probed, and started again when they fail. On unless somebody switches it off.</summary>
internal sealed class Monitoring
{
    private bool _isOff;

    public bool IsOn
    {
        get => !Volatile.Read(ref _isOff);
        set => Volatile.Write(ref _isOff, !value);
    }
}
