namespace Steward.Processes;

/// <summary>One process for all time of this boot: an id alone may be reused, an id with its start time is not.</summary>
/// <param name="Id">The process id.</param>
/// <param name="StartTime">When it started, in clock ticks since boot; 0 where the system does not tell.</param>
internal readonly record struct ProcessIdentity(int Id, long StartTime);
