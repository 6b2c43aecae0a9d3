namespace Steward.Events;

/// <summary>The names of Steward's own events, and what their data hold.</summary>
public static class EventNames
{
    /// <summary>A server is managed from now on: <c>server_id</c>, <c>name</c>, <c>transport</c>.</summary>
    public const string ServerAdded = "mcp_server_added";

    /// <summary>A server is managed no more: <c>server_id</c>, <c>name</c>.</summary>
    public const string ServerRemoved = "mcp_server_removed";

    /// <summary>A server runs, its handshake done: <c>server_id</c>, <c>transport</c>. Priority <see cref="EventPriority.High"/>.</summary>
    public const string ServerConnected = "mcp_server_connected";

    /// <summary>A start failed: <c>server_id</c>, <c>error</c>. Priority <see cref="EventPriority.High"/>.</summary>
    public const string ServerConnectionFailed = "mcp_server_connection_failed";

    /// <summary>A server that ran runs no more: <c>server_id</c>, <c>duration</c> in seconds, and <c>error</c> where it did not end by request.</summary>
    public const string ServerDisconnected = "mcp_server_disconnected";

    /// <summary>A running server is being updated: its new version is started beside the one that has the calls: <c>server_id</c>.</summary>
    public const string ServerUpdateStarted = "mcp_server_update_started";

    /// <summary>The new version of a server has taken the place of the old one, and no client was disconnected: <c>server_id</c>, <c>duration</c> in seconds, and <c>changes</c> where it offers something else.</summary>
    public const string ServerUpdated = "mcp_server_updated";

    /// <summary>The new version of a server did not become ready, and the old one runs on: <c>server_id</c>, <c>error</c>. Priority <see cref="EventPriority.High"/>.</summary>
    public const string ServerUpdateFailed = "mcp_server_update_failed";

    /// <summary>
    /// A running server does its work worse than before, or well again: <c>server_id</c>; <c>health</c> and <c>previous_health</c>, each <c>healthy</c>, <c>degraded</c>,
    /// <c>unhealthy</c> or <c>unknown</c>; and <c>reason</c> where it is not healthy. That one is found healthy for the first time is no event. Priority
    /// <see cref="EventPriority.High"/>.
    /// </summary>
    public const string ServerHealthChanged = "mcp_server_health_changed";

    /// <summary>A server said something of its own accord: <c>server_id</c>, <c>method</c>, <c>params</c>; <c>params_left_out</c> in place of those where they are too large, and <c>skipped</c> where that many before were left out altogether. Priority <see cref="EventPriority.Low"/>.</summary>
    public const string ServerNotification = "mcp_server_notification";

    /// <summary>A server's definition was changed: <c>server_id</c>, <c>keys</c>, and as <c>source</c> <c>file</c> or <c>registry</c>.</summary>
    public const string ServerConfigChanged = "mcp_server_config_changed";

    /// <summary>A configuration was taken over: <c>file</c>, <c>added</c>, <c>removed</c>, <c>changed</c>, <c>settings</c>, <c>needs_restart</c>.</summary>
    public const string ConfigChanged = "config_changed";

    /// <summary>The configuration file cannot be used, and the one before stays: <c>file</c>, <c>problems</c>. Priority <see cref="EventPriority.High"/>.</summary>
    public const string ConfigRejected = "config_rejected";

    /// <summary>Sources know of servers that they did not know of before: <c>count</c>, and <c>servers</c> with <c>id</c>, <c>name</c> and <c>source</c> of each.</summary>
    public const string ServersDiscovered = "mcp_servers_discovered";

    /// <summary>This subscriber was too slow, and events were dropped for it: <c>count</c>. Said to that subscriber only; in no history.</summary>
    public const string EventsDropped = "events_dropped";
}
