namespace Steward.Gateway;

/// <summary>The severities of log messages, least severe first, as RFC 5424 and the protocol name them.</summary>
internal enum LogSeverity
{
    Debug,
    Info,
    Notice,
    Warning,
    Error,
    Critical,
    Alert,
    Emergency,
}
