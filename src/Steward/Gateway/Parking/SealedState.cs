namespace Steward.Gateway.Parking;

/// <summary>What a <c>requestState</c> says to us: which parked call its bearer may go on with, until when, and who that is.</summary>
/// <param name="Handle">The parked call.</param>
/// <param name="Round">Which of its rounds: each is answered once.</param>
/// <param name="ExpiresAt">When the call is given up.</param>
/// <param name="Bearer">Digest of the principal and the server.</param>
/// <param name="Request">Digest of the method and the salient parameters, the name among them: it also tells endpoints apart.</param>
internal sealed record SealedState(long Handle, int Round, DateTimeOffset ExpiresAt, byte[] Bearer, byte[] Request);
