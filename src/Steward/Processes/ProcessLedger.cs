using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Steward.Processes;

/// <summary>
/// Notes every running child on disk, so that the next daemon can end what a killed one left behind. One small file per
/// child, named after its run: it is there before the child is, and a half-written note names its run still.
/// </summary>
internal sealed class ProcessLedger(string directory, ILogger logger)
{
    private const int CommandsAtOnce = 8;

    private readonly NoteSeal _seal = new(directory);

    /// <summary>
    /// Notes a run whose process is about to be started. Were it noted only once it has been, whoever kills us in between would leave what the
    /// process has started by then to nobody.
    /// </summary>
    public void Announce(string run, string serverId) => Add(run, serverId, new ProcessIdentity(0, 0));

    /// <summary>Notes a child. A disk that refuses is logged and does not stop the child.</summary>
    /// <param name="run">Its run.</param>
    /// <param name="serverId">Its server.</param>
    /// <param name="process">Which it is.</param>
    /// <param name="stopCommand">What is to be run when it ends; null: nothing.</param>
    public void Add(string run, string serverId, ProcessIdentity process, StopCommand? stopCommand = null)
    {
        var path = PathOf(run);
        try
        {
            CreateDirectory();
            var text = string.Create(CultureInfo.InvariantCulture, $"{ProcessTable.BootId} {process.Id} {process.StartTime} {serverId}\n");
            File.WriteAllText(path, stopCommand is null ? text : $"{text}{_seal.Seal(stopCommand.ToJson(), run)}\n");
        }
        catch (Exception exception) when (RefusedWrite.Is(exception) || exception is UnauthorizedAccessException)
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
    /// time are the noted ones, or it carries the run's marker. What their stop commands are for may outlive the boot, too.
    /// </summary>
    /// <param name="sweeper">Ends leftovers.</param>
    /// <param name="stop">Runs a stop command; null: they are not run.</param>
    /// <returns>How many of the noted children were still alive.</returns>
    public async Task<int> ReapAsync(ProcessSweeper sweeper, Func<LedgerNote, StopCommand, Task>? stop = null)
    {
        if (!Directory.Exists(directory))
            return 0;

        var notes = Directory.GetFiles(directory).Where(path => !NoteSeal.IsKey(path)).Select(Read).OfType<LedgerNote>().ToList();
        var alive = notes.Where(note => note.Boot == ProcessTable.BootId && IsAlive(note.Process)).ToList();
        await SweepAsync(notes, sweeper).ConfigureAwait(false);
        var stopped = await StopAsync(notes, stop).ConfigureAwait(false);
        await SweepAsync(stopped, sweeper).ConfigureAwait(false); // what those commands started carries the markers, too

        foreach (var note in alive)
            logger.OrphanReaped(note.ServerId, note.Process.Id);
        foreach (var note in notes)
            Remove(note.Run);
        return alive.Count;
    }

    private static Task SweepAsync(IEnumerable<LedgerNote> notes, ProcessSweeper sweeper) => Task.WhenAll(notes
        .Where(note => note.Boot == ProcessTable.BootId)
        .Select(note => sweeper.SweepAsync(new SweepRequest(note.Process, note.Run, OwnsSession: LeadsSession(note.Process), []))));

    private async Task<List<LedgerNote>> StopAsync(List<LedgerNote> notes, Func<LedgerNote, StopCommand, Task>? stop)
    {
        var commands = notes.Where(note => stop is not null && note.SealedCommand is not null).ToList();
        await Parallel.ForEachAsync(commands, new ParallelOptions { MaxDegreeOfParallelism = CommandsAtOnce }, async (note, _) =>
        {
            if (Open(note) is { } command)
                await stop!(note, command).ConfigureAwait(false);
        }).ConfigureAwait(false);
        return commands;
    }

    private StopCommand? Open(LedgerNote note)
    {
        try
        {
            return StopCommand.Parse(_seal.Open(note.SealedCommand!, note.Run));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException or FormatException)
        {
            logger.StopCommandUnreadable(note.ServerId, note.Process.Id, failure.Message);
            return null;
        }
    }

    private static bool IsAlive(ProcessIdentity process) =>
        ProcessTable.Read(process.Id) is { IsDead: false } entry && entry.StartTime == process.StartTime;

    /// <summary>Without a living leader, a session of that number could be anybody's by now; the marker finds the rest.</summary>
    private static bool LeadsSession(ProcessIdentity process) =>
        IsAlive(process) && ProcessTable.Read(process.Id)?.SessionId == process.Id;

    private static LedgerNote? Read(string path)
    {
        try
        {
            var lines = File.ReadAllText(path).Split('\n', StringSplitOptions.TrimEntries);
            var words = lines[0].Split(' ', 4);
            return words is [var boot, var id, var start, var server]
                && int.TryParse(id, CultureInfo.InvariantCulture, out var processId)
                && long.TryParse(start, CultureInfo.InvariantCulture, out var startTime)
                ? new LedgerNote(Path.GetFileName(path), boot, new ProcessIdentity(processId, startTime), server, lines is [_, { Length: > 0 } command, ..] ? command : null)
                : new LedgerNote(Path.GetFileName(path), ProcessTable.BootId, new ProcessIdentity(0, 0), "?", null);
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
}
