namespace Steward.Server;

/// <summary>
/// Lets the runtime hand what arrives on a pipe or socket to its reader on the very thread that saw it arrive, without a turn
/// through the thread pool: a third of the latency of a relayed call. What runs there, the relay and the readers of servers'
/// output, never blocks, and moves on to the pool where a message is large; requests of the API move there first of all.
/// The runtime reads the setting from the environment, once, when the first socket is used.
/// </summary>
internal static class InlineCompletions
{
    private const string Variable = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>Makes the setting, until the returned object is disposed: children must not inherit it.</summary>
    public static IDisposable Enable()
    {
        var before = Environment.GetEnvironmentVariable(Variable);
        Environment.SetEnvironmentVariable(Variable, before ?? "1"); // who runs the program has the last word
        return new Restored(before);
    }

    private sealed class Restored(string? before) : IDisposable
    {
        public void Dispose() => Environment.SetEnvironmentVariable(Variable, before);
    }
}
