using Steward.Server.Daemon;

namespace Steward.Cli;

/// <summary>Tells what a command line is for without loading what it takes to parse it.</summary>
internal sealed class Invocation
{
    private const string DataOption = "--data";

    private readonly string? _verb;
    private readonly string? _data;
    private readonly bool _isHelp;

    public Invocation(string[] arguments)
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            var word = arguments[i];
            _isHelp |= word is "--help" or "-h" or "-?" or "/h" or "/?";
            if (word == DataOption)
                _data = ++i < arguments.Length ? arguments[i] : null;
            else if (word.StartsWith(DataOption + "=", StringComparison.Ordinal) || word.StartsWith(DataOption + ":", StringComparison.Ordinal))
                _data = word[(DataOption.Length + 1)..];
            else if (!word.StartsWith('-'))
                _verb ??= word;
        }
    }

    /// <summary>Whether it is the daemon.</summary>
    public bool IsUp => _verb == "up" && !_isHelp;

    /// <summary>Whether it runs servers for the client that launched it: <c>stdio</c> where no daemon does. In doubt it does: an angel too many does no harm.</summary>
    /// <param name="environment">The environment variables.</param>
    public bool IsSolo(Func<string, string?> environment)
    {
        if (_verb != "stdio" || _isHelp)
            return false;
        try
        {
            var data = DataDirectory.Find(_data, environment);
            return !DaemonLock.IsTaken(data) || DaemonFacts.Read(data) is null; // somebody else may hold the lock for a moment
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return true;
        }
    }
}
