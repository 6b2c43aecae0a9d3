namespace Steward.Configuration;

/// <summary>When a server is started.</summary>
public enum ServerStart
{
    /// <summary>With all others.</summary>
    Eager,

    /// <summary>When somebody calls it. Until then its lists are those that it had when it last ran.</summary>
    Lazy,
}
