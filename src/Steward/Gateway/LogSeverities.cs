namespace Steward.Gateway;

internal static class LogSeverities
{
    private static readonly LogSeverity[] All = Enum.GetValues<LogSeverity>();

    /// <summary>Reads a level as it stands in a message, quotes included; <see langword="null"/> where it is none.</summary>
    public static LogSeverity? Parse(ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty)
            return null;
        foreach (var severity in All)
        {
            if (json.SequenceEqual(severity.ToJson()))
                return severity;
        }

        return null;
    }

    public static ReadOnlySpan<byte> ToJson(this LogSeverity severity) => severity switch
    {
        LogSeverity.Debug => "\"debug\""u8,
        LogSeverity.Info => "\"info\""u8,
        LogSeverity.Notice => "\"notice\""u8,
        LogSeverity.Warning => "\"warning\""u8,
        LogSeverity.Error => "\"error\""u8,
        LogSeverity.Critical => "\"critical\""u8,
        LogSeverity.Alert => "\"alert\""u8,
        _ => "\"emergency\""u8,
    };
}
