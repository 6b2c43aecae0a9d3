namespace Steward.Bench.Load;

/// <summary>One descriptor in the load loop.</summary>
internal abstract class LoadLink
{
    internal abstract int Descriptor { get; }

    /// <summary>What to wait for: <c>POLLIN</c>, <c>POLLOUT</c> or both.</summary>
    internal abstract short Events { get; }

    /// <summary>Starts the calls of this link, if calls start here.</summary>
    internal virtual void Start()
    {
    }

    internal abstract void OnReady(short events);
}
