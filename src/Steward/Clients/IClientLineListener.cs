using ModelContextProtocol.Protocol;

namespace Steward.Clients;

/// <summary>Hears what comes over a <see cref="ClientLine"/> beside answers.</summary>
internal interface IClientLineListener
{
    /// <summary>What people call the other end.</summary>
    string Name { get; }

    /// <summary>Whether anybody wants to hear such a notification.</summary>
    bool Listens(JsonRpcNotification notification);

    /// <summary>Called for one notification after the other.</summary>
    Task OnNotificationAsync(JsonRpcNotification notification);

    /// <summary>A question of the server. To be answered over the line; must not block.</summary>
    void OnRequest(JsonRpcRequest request);
}
