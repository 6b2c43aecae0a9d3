namespace Steward.Configuration.Keys;

/// <summary>What the schema and the manual need of a number, whatever type it is read as.</summary>
internal interface INumberKey
{
    NumberRange Range { get; }

    /// <summary>The default, as it would be written in the file.</summary>
    decimal Default { get; }

    /// <summary>Whether <c>null</c> says the same as 0.</summary>
    bool MayBeNull { get; }
}
