using Microsoft.Extensions.Logging;

namespace Steward.Registry;

/// <summary>Every log line of this folder. Ids 1900-1999; never reuse a retired id.</summary>
internal static partial class Log
{
    [LoggerMessage(1900, LogLevel.Error, "{Problem} Until then no history is kept, and no server can be added or changed; servers that run are not affected")]
    public static partial void RegistryFailing(this ILogger logger, string problem);

    [LoggerMessage(1901, LogLevel.Error, "Something could not be written to the registry")]
    public static partial void RegistryBroken(this ILogger logger, Exception failure);

    [LoggerMessage(1902, LogLevel.Information, "The registry {Path} is written again; {Lost} rows of history were lost meanwhile")]
    public static partial void RegistryRecovered(this ILogger logger, string path, long lost);

    [LoggerMessage(1903, LogLevel.Error, "The registry {Path} cannot be used ({Damage}). It was set aside as {Aside}, and a new one was begun")]
    public static partial void RegistrySetAside(this ILogger logger, string path, string damage, string aside);

    [LoggerMessage(1904, LogLevel.Warning, "{Count} server definitions were saved from {Aside}")]
    public static partial void DefinitionsSaved(this ILogger logger, int count, string aside);

    [LoggerMessage(1905, LogLevel.Warning, "The registry {Path} is an empty file, as a full disk may leave it; a new one is begun in it")]
    public static partial void RegistryEmpty(this ILogger logger, string path);

    [LoggerMessage(1906, LogLevel.Error, "History is not recorded any more")]
    public static partial void RecordingBroken(this ILogger logger, Exception failure);

    [LoggerMessage(1907, LogLevel.Warning, "A change of server '{Server}' for which nobody waits any more failed: {Reason}")]
    public static partial void ChangeFailed(this ILogger logger, string server, string reason);

    [LoggerMessage(1908, LogLevel.Warning, "The registered server '{Server}' is not used: the configuration file declares one of the same id. It stays kept. Rename the declared one to use both, or forget this one with 'steward remove --registered {Server}'")]
    public static partial void RegisteredServerHidden(this ILogger logger, string server);

    [LoggerMessage(1910, LogLevel.Error, "The registered servers cannot be started; please report this")]
    public static partial void TakingOverFailed(this ILogger logger, Exception failure);

    [LoggerMessage(1909, LogLevel.Error, "The registered server '{Server}' cannot be used: {Problem}")]
    public static partial void ServerUnreadable(this ILogger logger, string server, string problem);
}
