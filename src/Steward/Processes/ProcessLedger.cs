using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Steward.Processes;

/// <summary>
/// Notes every running child on disk, so that the next daemon can end what a killed one left behind. One small file per
/// child, named after its run and written in one go: nothing is ever rewritten, and a half-written note names its run still.
/// </summary>
internal sealed class ProcessLedger(string directory, ILogger logger)
{
    /// <summary>Notes a child. A disk that refuses is logged and does not stop the child.</summary>
    public void Add(string run, string serverId, ProcessIdentity process)
    {
        var path = PathOf(run);
        try
        {
            CreateDirectory();
            var text = string.Create(CultureInfo.InvariantCulture, $"{ProcessTable.BootId} {process.Id} {process.StartTime} {serverId}\n");
            File.WriteAllText(path, text);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            logger.LedgerFailed(process.Id, path, exception.Message);
        }
    }

    /// <summary>Forgets a child that is gone.</summary>
    public void Remove(string run)
    {
        try
        {
            File.Delete(PathOf(run));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            logger.LedgerFailed(0, PathOf(run), exception.Message);
        }
    }

    /// <summary>
    /// Ends what children of an earlier daemon still live, with all that came of them, and forgets the rest. To be called
    /// once, before anything is started, while the data directory is locked. A process is ended only if boot, id and start
    /// time are the noted ones, or it carries the run's marker.
    /// </summary>
    /// <returns>How many of the noted children were still alive.</returns>
    public async Task<int> ReapAsync(ProcessSweeper sweeper)
    {
        if (!OperatingSystem.IsLinux() || !Directory.Exists(directory))
            return 0;

        var notes = Directory.GetFiles(directory).Select(Read).OfType<Note>().ToList();
        var alive = notes.Where(note => note.Boot == ProcessTable.BootId && IsAlive(note.Process)).ToList();
        var sweeps = notes
            .Where(note => note.Boot == ProcessTable.BootId)
            .Select(note => sweeper.SweepAsync(new SweepRequest(note.Process, note.Run, OwnsSession: LeadsSession(note.Process), [])));
        await Task.WhenAll(sweeps).ConfigureAwait(false);

        foreach (var note in alive)
            logger.OrphanReaped(note.ServerId, note.Process.Id);
        foreach (var note in notes)
            Remove(note.Run);
        return alive.Count;
    }

    private static bool IsAlive(ProcessIdentity process) =>
        ProcessTable.Read(process.Id) is { IsDead: false } entry && entry.StartTime == process.StartTime;

    /// <summary>Without a living leader, a session of that number could be anybody's by now; the marker finds the rest.</summary>
    private static bool LeadsSession(ProcessIdentity process) =>
        IsAlive(process) && ProcessTable.Read(process.Id)?.SessionId == process.Id;

    private static Note? Read(string path)
    {
        try
        {
            var words = File.ReadAllText(path).Split(' ', 4, StringSplitOptions.TrimEntries);
            return words is [var boot, var id, var start, var server]
                && int.TryParse(id, CultureInfo.InvariantCulture, out var processId)
                && long.TryParse(start, CultureInfo.InvariantCulture, out var startTime)
                ? new Note(Path.GetFileName(path), boot, new ProcessIdentity(processId, startTime), server)
                : new Note(Path.GetFileName(path), ProcessTable.BootId, new ProcessIdentity(0, 0), "?");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private string PathOf(string run) => Path.Combine(directory, run);

    private void CreateDirectory()
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(directory);
        else
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private sealed record Note(string Run, string Boot, ProcessIdentity Process, string ServerId);
}
