using ModelContextProtocol;
using ModelContextProtocol.Protocol;

#pragma warning disable MCP9005 // Servers of the revisions up to 2025-11-25 ask for roots and sampling, and log: as long as they do, programs need the types.

namespace Steward.Clients;

/// <summary>
/// What a program answers when its servers ask for something, and where it hears what they say. All of them are optional, serve all servers
/// of a manager, and outlast the servers' restarts. A handler may be called for several servers and calls at once. One that throws, or does not end until its
/// token is cancelled, harms nothing: the server is told that the user declined, or that it failed, and the log says why.
/// <para>The token of a handler is cancelled when the server takes its question back, when the call ends to which it belongs, and when the
/// server or the manager goes.</para>
/// </summary>
public sealed record ServerHandlers
{
    /// <summary>Asks the user for data by a form: <c>elicitation/create</c>.</summary>
    /// <value>Default: <see langword="null"/>. Servers hear that they may ask, and the answer is <c>decline</c>: nothing is confirmed in anybody's name.</value>
    public Func<HandlerContext<ElicitRequestParams>, CancellationToken, ValueTask<ElicitResult>>? Elicitation { get; init; }

    /// <summary>
    /// Has the user visit a page: <c>elicitation/create</c> of mode <c>url</c>. To accept means that the user agreed to open it; <see cref="ElicitationCompleted"/>
    /// says when the server has what it needs.
    /// </summary>
    /// <value>Default: <see langword="null"/>. Servers hear that they may ask, and the answer is <c>decline</c>.</value>
    public Func<HandlerContext<ElicitRequestParams>, CancellationToken, ValueTask<ElicitResult>>? UrlElicitation { get; init; }

    /// <summary>Has a model answer: <c>sampling/createMessage</c>. To refuse, throw an <see cref="McpProtocolException"/>: its code and message go to the server.</summary>
    /// <value>Default: <see langword="null"/>. Servers hear that it cannot be had; one that asks all the same is refused with an error.</value>
    public Func<HandlerContext<CreateMessageRequestParams>, CancellationToken, ValueTask<CreateMessageResult>>? Sampling { get; init; }

    /// <summary>Whether <see cref="Sampling"/> hands the tools on that a server gives the model.</summary>
    /// <value>Default: <see langword="false"/>.</value>
    public bool SamplingTools { get; init; }

    /// <summary>Tells which folders a server may work in: <c>roots/list</c>.</summary>
    /// <value>Default: <see langword="null"/>. Servers hear that there are none to be had; one that asks all the same gets an empty list, or is refused during a call.</value>
    public Func<HandlerContext<ListRootsRequestParams>, CancellationToken, ValueTask<ListRootsResult>>? Roots { get; init; }

    /// <summary>Hears what servers log: <c>notifications/message</c>. Messages of one server come one after the other, in their order.</summary>
    /// <value>Default: <see langword="null"/>. <see cref="McpServerManager.SetLoggingLevelAsync"/> says how much a server logs.</value>
    public Func<HandlerContext<LoggingMessageNotificationParams>, CancellationToken, ValueTask>? Logging { get; init; }

    /// <summary>Hears how far calls are that were made with a progress token, beside the <see cref="IProgress{T}"/> of each.</summary>
    /// <value>Default: <see langword="null"/>.</value>
    public Func<HandlerContext<ProgressNotificationParams>, CancellationToken, ValueTask>? Progress { get; init; }

    /// <summary>Hears that a resource has changed to which the program subscribed by <see cref="McpServerManager.SubscribeToResourceAsync"/>.</summary>
    /// <value>Default: <see langword="null"/>.</value>
    public Func<HandlerContext<ResourceUpdatedNotificationParams>, CancellationToken, ValueTask>? ResourceUpdated { get; init; }

    /// <summary>Hears that a list of a server has changed.</summary>
    /// <value>Default: <see langword="null"/>.</value>
    public Func<HandlerContext<ChangedList>, CancellationToken, ValueTask>? ListChanged { get; init; }

    /// <summary>Hears that a server has what it needs from a page that the user was to visit: <c>notifications/elicitation/complete</c>.</summary>
    /// <value>Default: <see langword="null"/>.</value>
    public Func<HandlerContext<ElicitationCompleteNotificationParams>, CancellationToken, ValueTask>? ElicitationCompleted { get; init; }

    /// <summary>Whether there is anything to hear or answer before the program calls a server.</summary>
    internal bool AreAny =>
        Elicitation is not null || UrlElicitation is not null || Sampling is not null || Roots is not null || Logging is not null
        || ResourceUpdated is not null || ListChanged is not null || ElicitationCompleted is not null;
}
