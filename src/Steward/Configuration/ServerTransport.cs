namespace Steward.Configuration;

/// <summary>How a managed server is reached.</summary>
public enum ServerTransport
{
    /// <summary>A child process that speaks over its standard input and output.</summary>
    Stdio,

    /// <summary>A remote server over Streamable HTTP.</summary>
    Http,
}
