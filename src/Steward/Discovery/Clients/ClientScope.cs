namespace Steward.Discovery.Clients;

/// <summary>For whom a configuration file holds.</summary>
internal enum ClientScope
{
    /// <summary>The user, in all projects.</summary>
    User,

    /// <summary>Everybody who works in one folder.</summary>
    Project,
}
