using ModelContextProtocol.Protocol;

namespace Steward.Clients;

/// <summary>Hears what comes over a <see cref="ClientLine"/> beside answers.</summary>
internal interface IClientLineListener
{
    /// <summary>What people call the other end.</summary>
    string Name { get; }

    /// <summary>Whether anybody wants to hear notifications of that method.</summary>
    bool Listens(string method);

    /// <summary>Called for one notification after the other.</summary>
    /// <param name="notification">What the server said.</param>
    /// <param name="call">The call to which it belongs, where that is certain.</param>
    Task OnNotificationAsync(JsonRpcNotification notification, PendingRequest? call);

    /// <summary>A question of the server. To be answered over the line; must not block.</summary>
    /// <param name="request">The question.</param>
    /// <param name="call">The call to which it belongs, where that is certain.</param>
    void OnRequest(JsonRpcRequest request, PendingRequest? call);

    /// <summary>The server no longer wants to know what it asked. Must not block.</summary>
    void OnWithdrawn(RequestId request);
}
