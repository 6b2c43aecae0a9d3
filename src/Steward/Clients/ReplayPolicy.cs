namespace Steward.Clients;

/// <summary>Whether a call is made again whose connection broke before the answer came: the server may have done it already, or not.</summary>
public enum ReplayPolicy
{
    /// <summary>If the server says of the tool that it only reads, or that doing it twice is like doing it once (<c>readOnlyHint</c>, <c>idempotentHint</c>).</summary>
    WhenAnnotated,

    /// <summary>In any case: the caller knows that doing it twice does no harm.</summary>
    Always,

    /// <summary>In no case.</summary>
    Never,
}
