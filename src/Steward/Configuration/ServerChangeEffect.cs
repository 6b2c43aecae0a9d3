namespace Steward.Configuration;

/// <summary>What becomes of a server that is defined anew.</summary>
public enum ServerChangeEffect
{
    /// <summary>It runs on, or stays as it is: the change has its effect at once.</summary>
    InPlace,

    /// <summary>It is started anew where it runs, and tried again where it had failed.</summary>
    Restart,

    /// <summary>It is switched on, and started.</summary>
    Enable,

    /// <summary>It is stopped, and switched off.</summary>
    Disable,
}
