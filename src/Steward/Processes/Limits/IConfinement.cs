using System.Diagnostics;

namespace Steward.Processes.Limits;

/// <summary>What the system holds a process in, with all that comes of it. To dispose it ends whatever is still in it.</summary>
internal interface IConfinement : IDisposable
{
    /// <summary>The limits that the system keeps, by their keys.</summary>
    IReadOnlySet<string> Keeps { get; }

    /// <summary>Why it does not keep others, by their keys.</summary>
    IReadOnlyDictionary<string, string> Refused { get; }

    /// <summary>The file to which a process writes itself to be in it before anything comes of it; null: there is no such way.</summary>
    string? Entrance { get; }

    /// <summary>Takes a process in that was just started, and may be in it already.</summary>
    /// <exception cref="IOException">The system refuses.</exception>
    /// <exception cref="System.ComponentModel.Win32Exception">The system refuses.</exception>
    void Add(Process process);

    /// <summary>Which limit the system has ended it for, in words; null: for none.</summary>
    string? Verdict();

    /// <summary>The limits that it came to and lives on with, in words.</summary>
    IReadOnlyList<string> Reached();

    /// <summary>Ends all that is in it, at once.</summary>
    void Kill();

    /// <summary>Ends all that is in it, waits for that, and gives it up.</summary>
    /// <returns>How many processes were left in it, as far as that can be known.</returns>
    int Clear();
}
