namespace Steward.Configuration;

/// <summary>A <c>${…}</c> reference of the configuration cannot be resolved. Carries no value, so it may be shown and logged.</summary>
public sealed class VariableException : Exception
{
    /// <summary>Creates the exception for one reference.</summary>
    public VariableException(string reference, string reason, string mend)
        : base($"{reason}. {mend}")
    {
        Reference = reference;
        Reason = reason;
        Mend = mend;
    }

    /// <summary>The reference, such as <c>${env:TOKEN}</c>.</summary>
    public string Reference { get; }

    /// <summary>Why it cannot be resolved.</summary>
    public string Reason { get; }

    /// <summary>What to do about it.</summary>
    public string Mend { get; }
}
