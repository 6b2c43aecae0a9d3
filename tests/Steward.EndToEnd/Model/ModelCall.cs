extern alias library;

using library::Steward;

namespace Steward.EndToEnd.Model;

/// <summary>One operation of a worker, and what it may use.</summary>
/// <param name="World">The manager, and what is known of it.</param>
/// <param name="Id">The server that it is about.</param>
/// <param name="Worker">The number of the worker.</param>
/// <param name="Text">A text that no other operation has.</param>
/// <param name="Random">The dice of the worker.</param>
/// <param name="Cancelled">Whether its caller gives it up.</param>
internal sealed record ModelCall(ModelWorld World, string Id, int Worker, string Text, Random Random, CancellationToken Cancelled)
{
    public McpServerManager Manager => World.Manager;

    /// <summary>When it began.</summary>
    public long Begin { get; } = DefinitionBook.Now();

    /// <summary>Objects to something that the operation has shown.</summary>
    public void Require(bool condition, string otherwise)
    {
        if (!condition)
            World.Findings.Add($"{Text}: {otherwise}");
    }

    /// <summary>Checks what a server says: <c>id#number|pid|text</c>.</summary>
    public void RequireOwn(string? said)
    {
        if (said?.Split('|') is not [var label, _, var text])
            Require(false, $"'{said}' is no answer to it");
        else if (text != Text || !label.StartsWith($"{Id}#", StringComparison.Ordinal))
            Require(false, $"'{said}' answers another");
        else if (World.Book.Objection(Definitions.NumberOf(label), Id, Begin) is { } objection)
            Require(false, objection);
    }
}
