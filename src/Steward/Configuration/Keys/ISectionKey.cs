namespace Steward.Configuration.Keys;

/// <summary>What the schema and the manual need of an object, whatever type it is read as.</summary>
internal interface ISectionKey
{
    bool MayBeNull { get; }
}
