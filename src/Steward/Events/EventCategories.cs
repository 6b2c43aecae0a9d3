namespace Steward.Events;

/// <summary>The categories of Steward's own events. A program may publish others.</summary>
public static class EventCategories
{
    /// <summary>Managed MCP servers.</summary>
    public const string Mcp = "mcp";

    /// <summary>Servers that can be found.</summary>
    public const string Discovery = "discovery";

    /// <summary>The configuration file.</summary>
    public const string Config = "config";

    /// <summary>Steward itself, the bus included.</summary>
    public const string System = "system";
}
