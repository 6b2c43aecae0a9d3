namespace Steward.Cli;

/// <summary>Tells whether a command line is one of <c>up</c> without loading what it takes to parse it.</summary>
internal static class Invocation
{
    public static bool IsUp(string[] arguments)
    {
        var i = 0;
        while (i < arguments.Length && arguments[i].StartsWith('-'))
            i += arguments[i] == "--data" ? 2 : 1;
        return i < arguments.Length && arguments[i] == "up" && !arguments.Any(word => word is "--help" or "-h" or "-?" or "/h" or "/?");
    }
}
