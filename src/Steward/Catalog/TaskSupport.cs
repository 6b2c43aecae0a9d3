namespace Steward.Catalog;

/// <summary>
/// Whether a tool is called as a task.
/// See <see href="https://modelcontextprotocol.io/specification/2025-11-25/basic/utilities/tasks#tool-level-negotiation"/>.
/// </summary>
internal enum TaskSupport
{
    Forbidden,
    Optional,
    Required,
}
