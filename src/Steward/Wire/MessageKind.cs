namespace Steward.Wire;

/// <summary>What a JSON-RPC message is.</summary>
internal enum MessageKind : byte
{
    /// <summary>No JSON, or no JSON-RPC 2.0 message.</summary>
    Invalid,
    Request,
    Notification,

    /// <summary>An answer: a result or an error.</summary>
    Response,
}
