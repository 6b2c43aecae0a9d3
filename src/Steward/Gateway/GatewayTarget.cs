namespace Steward.Gateway;

/// <summary>What a client connects to: all servers as one, one of them, or a group. Every transport has the same three.</summary>
/// <param name="Kind">Which of the three.</param>
/// <param name="Name">The server's id or the group's name; empty for all.</param>
internal readonly record struct GatewayTarget(GatewayTargetKind Kind, string Name)
{
    private const string ServersPrefix = "/servers/";
    private const string GroupsPrefix = "/groups/";

    public static GatewayTarget All { get; } = new(GatewayTargetKind.All, "");

    /// <summary>The beginning of its paths, such as <c>/servers/files</c>; what follows names the transport.</summary>
    public string Path => Kind switch
    {
        GatewayTargetKind.Server => ServersPrefix + Uri.EscapeDataString(Name),
        GatewayTargetKind.Group => GroupsPrefix + Uri.EscapeDataString(Name),
        _ => "",
    };

    /// <summary>What people call it.</summary>
    public override string ToString() => Kind switch
    {
        GatewayTargetKind.Server => $"server '{Name}'",
        GatewayTargetKind.Group => $"group '{Name}'",
        _ => "all servers",
    };

    /// <summary>Reads the beginning of a path.</summary>
    public static bool TryParse(ReadOnlySpan<char> path, out GatewayTarget target)
    {
        target = path switch
        {
            [] => All,
            _ when path.StartsWith(ServersPrefix, StringComparison.Ordinal) && path.Length > ServersPrefix.Length => new(GatewayTargetKind.Server, path[ServersPrefix.Length..].ToString()),
            _ when path.StartsWith(GroupsPrefix, StringComparison.Ordinal) && path.Length > GroupsPrefix.Length => new(GatewayTargetKind.Group, path[GroupsPrefix.Length..].ToString()),
            _ => default,
        };
        return path.IsEmpty || target.Name is { Length: > 0 };
    }
}
