namespace Steward.Configuration;

/// <summary>A <c>${…}</c> reference of the configuration cannot be resolved, or what it gives cannot be used. Carries no value, so it may be shown and logged.</summary>
internal sealed class VariableException : Exception
{
    /// <summary>Creates the exception for one reference.</summary>
    public VariableException(string reference, string reason, string mend)
        : base($"{reason}. {mend}")
    {
        Reference = reference;
        Reason = reason;
        Mend = mend;
    }

    /// <summary>The reference, such as <c>${env:TOKEN}</c>, or the key whose resolved text cannot be used, such as <c>headers.X-Key</c>.</summary>
    public string Reference { get; }

    /// <summary>Why it cannot be resolved or used.</summary>
    public string Reason { get; }

    /// <summary>What to do about it.</summary>
    public string Mend { get; }
}
