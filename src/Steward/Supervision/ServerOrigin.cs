namespace Steward.Supervision;

/// <summary>Who says that there is a server.</summary>
public enum ServerOrigin
{
    /// <summary>A configuration file: it comes, changes and goes with what the file says.</summary>
    Declared,

    /// <summary>Somebody at run time: it stays until somebody removes it.</summary>
    Registered,
}
