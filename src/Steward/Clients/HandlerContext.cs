namespace Steward.Clients;

/// <summary>What a server asks or says, and during which call.</summary>
/// <typeparam name="TParams">What the server sends with it.</typeparam>
/// <param name="ServerId">Who asks: the server's id in this manager.</param>
/// <param name="Params">What the server sends.</param>
/// <param name="Call">
/// The call of this program to which it belongs; <see langword="null"/> where that is not certain, or where it belongs to none. Where it is
/// known, the handler also runs in the call's execution context: it sees the caller's <see cref="AsyncLocal{T}"/> values and its activity.
/// </param>
public sealed record HandlerContext<TParams>(string ServerId, TParams Params, ServerCall? Call);
