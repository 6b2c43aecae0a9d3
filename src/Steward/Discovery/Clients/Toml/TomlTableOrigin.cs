namespace Steward.Discovery.Clients.Toml;

/// <summary>How a table came to be.</summary>
internal enum TomlTableOrigin
{
    /// <summary>As a part of the name of another table. A header of its own may still follow.</summary>
    Implied,

    /// <summary>By a header, or as the whole text. It may have no second header.</summary>
    Header,

    /// <summary>By a dotted key. Only other dotted keys may add to it.</summary>
    DottedKey,
}
