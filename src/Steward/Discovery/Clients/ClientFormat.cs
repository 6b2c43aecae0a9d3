namespace Steward.Discovery.Clients;

/// <summary>The language of a configuration file.</summary>
internal enum ClientFormat
{
    /// <summary>JSON, in which comments and trailing commas are taken everywhere.</summary>
    Json,

    /// <summary>TOML.</summary>
    Toml,
}
