using Steward.Gateway;

namespace Steward.Agents;

/// <summary>Tools that a program has made itself.</summary>
internal sealed class FixedToolSet(ToolSnapshot snapshot) : ToolSet
{
    internal override ToolSnapshot Snapshot => snapshot;

    internal override IEnumerable<ChangeSignal> Signals => [];
}
