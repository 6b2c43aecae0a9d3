namespace Steward.Server.Api;

/// <summary>What became of a history that was to be forgotten.</summary>
/// <param name="Rows">How many rows there were.</param>
internal sealed record ClearedHistory(int Rows);
