namespace Steward.EndToEnd.Running;

/// <summary>A process found by <see cref="ProcessCensus"/>.</summary>
internal sealed record MarkedProcess(int Id, string CommandLine);
